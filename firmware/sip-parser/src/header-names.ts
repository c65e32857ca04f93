// Which header fields are known, how they are spelt, their compact forms, and which may be lists.

export type HeaderName = {
  readonly key: string;
  readonly name: string;
  readonly list: boolean;
  /** A bit of its own for a header field that may stand only once; else 0. */
  readonly once: number;
};

const LISTS = `Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Call-Info Contact
Content-Encoding Content-Language Diversion Error-Info History-Info In-Reply-To P-Asserted-Identity P-Associated-URI
P-Preferred-Identity Path Proxy-Require Reason Record-Route Reject-Contact Require Route Security-Client
Security-Server Security-Verify Service-Route Supported Unsupported Via Warning`;

const SINGLES = `Authentication-Info Authorization Call-ID Content-Disposition Content-Length Content-Type CSeq Date
Event Expires From Identity Identity-Info Join Max-Forwards MIME-Version Min-Expires Min-SE Organization Priority
Privacy Proxy-Authenticate Proxy-Authorization RAck Refer-Sub Refer-To Referred-By Replaces Reply-To
Request-Disposition Retry-After RSeq Server Session-Expires SIP-ETag SIP-If-Match Subject Subscription-State
Target-Dialog Timestamp To User-Agent WWW-Authenticate`;

/** RFC 3261 §7.3.3 and the later RFCs which register a letter with IANA. */
const COMPACT = `a=Accept-Contact b=Referred-By c=Content-Type d=Request-Disposition e=Content-Encoding f=From i=Call-ID
j=Reject-Contact k=Supported l=Content-Length m=Contact n=Identity-Info o=Event r=Refer-To s=Subject t=To u=Allow-Events
v=Via x=Session-Expires y=Identity`;

/** More than one of these leaves in doubt which request is meant, or where it ends. */
const ONCE = 'Call-ID Content-Length Content-Type CSeq Expires From Max-Forwards To'.split(' ');

const known = new Map<string, HeaderName>();
for (const [text, list] of [[LISTS, true] as const, [SINGLES, false] as const]) {
  for (const name of text.split(/\s+/)) {
    const entry: HeaderName = { key: name.toLowerCase(), name, list, once: bitOf(name) };
    known.set(entry.key, entry);
    known.set(name, entry);
  }
}
for (const pair of COMPACT.split(/\s+/)) {
  const [letter, name] = pair.split('=');
  const entry = known.get(name);
  if (entry === undefined) throw new Error(`unknown header ${name}`);
  known.set(letter, entry);
}

/** The known header field for a name in any case or compact form. */
export function knownHeader(name: string): HeaderName | undefined {
  return known.get(name) ?? known.get(name.toLowerCase());
}

/** As `knownHeader`; a name we do not know keeps its spelling and is never a list. */
export function headerName(name: string): HeaderName {
  return knownHeader(name) ?? { key: name.toLowerCase(), name, list: false, once: 0 };
}

function bitOf(name: string): number {
  const index = ONCE.indexOf(name);
  return index < 0 ? 0 : 1 << index;
}
