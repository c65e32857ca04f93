// The pages work without this: it keeps live parts in step with the box, and makes dialogs modal.

/** Makes the children of one element those of another, changing only what differs: focus and open things stay. */
function follow(old, fresh) {
  const keyed = new Map(
    [...old.children].filter((one) => one.dataset.key).map((one) => [one.dataset.key, one]),
  );
  let at = old.firstChild;
  for (const next of [...fresh.childNodes]) {
    const own = next.dataset?.key && keyed.get(next.dataset.key);
    const same =
      own ?? (at && !at.dataset?.key && !next.dataset?.key && at.nodeName === next.nodeName ? at : undefined);
    if (!same) {
      old.insertBefore(next, at);
      continue;
    }
    if (same === at) at = at.nextSibling;
    else old.insertBefore(same, at);
    if (same.nodeType !== Node.ELEMENT_NODE) {
      if (same.nodeValue !== next.nodeValue) same.nodeValue = next.nodeValue;
      continue;
    }
    for (const { name, value } of next.attributes)
      if (same.getAttribute(name) !== value) same.setAttribute(name, value);
    for (const { name } of [...same.attributes])
      if (!next.hasAttribute(name) && name !== 'open') same.removeAttribute(name);
    follow(same, next);
  }
  while (at) {
    const gone = at;
    at = at.nextSibling;
    gone.remove();
  }
}

const live = document.querySelector('[data-events]');
if (live) {
  const stale = document.getElementById('stale');
  let source;
  const listen = () => {
    source = new EventSource(live.dataset.events);
    source.onmessage = ({ data }) => {
      stale.hidden = true;
      follow(live, new DOMParser().parseFromString(JSON.parse(data), 'text/html').body);
    };
    source.onerror = () => {
      stale.hidden = false;
      // Refused, as after signing out: the page itself says why.
      if (source.readyState === EventSource.CLOSED) location.reload();
    };
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) source?.close();
    else listen();
  });
  if (!document.hidden) listen();
}

/** Buttons of a live part: what they do is seen in it at once. */
document.getElementById('act')?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { target: form, submitter } = event;
  if (submitter.dataset.confirm && !confirm(submitter.dataset.confirm)) return;
  const answer = await fetch(submitter.formAction, {
    method: 'POST',
    body: new URLSearchParams(new FormData(form)),
  });
  if (!answer.ok) location.reload();
});

// On the first page of a new box: the time zone of this browser is most likely its own.
const zone = document.querySelector('[data-guess] [name=timeZone]');
if (zone) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone.value === 'UTC' && [...zone.options].some(({ value }) => value === here)) zone.value = here;
}

for (const dialog of document.querySelectorAll('dialog[open]')) {
  dialog.close();
  dialog.showModal();
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    location.assign(dialog.dataset.cancel);
  });
}
