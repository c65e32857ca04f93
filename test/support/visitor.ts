/** A browser without a window: keeps the cookie of the pages and the token of their forms. */
import * as assert from 'uvu/assert';
import { ADMIN_PASSWORD, type Box } from './box.js';

export class Visitor {
  cookie = '';
  /** The last Set-Cookie as it came. */
  setCookie = '';
  token = '';

  private constructor(private readonly box: Pick<Box, 'http'>) {}

  /** Somebody who looks at a page with a form, at first that to sign in. */
  static async come(box: Pick<Box, 'http'>, path = '/sign-in'): Promise<Visitor> {
    const visitor = new Visitor(box);
    await visitor.#look(path);
    return visitor;
  }

  static async signIn(box: Box, name: string): Promise<Visitor> {
    const visitor = await Visitor.come(box);
    assert.is((await visitor.signIn(name)).status, 303);
    await visitor.#look('/status/conferences');
    return visitor;
  }

  signIn(name: string, password = ADMIN_PASSWORD, to = '/'): Promise<Response> {
    return this.post('/sign-in', { token: this.token, name, password, to });
  }

  get(path: string): Promise<Response> {
    return this.#ask(path, {});
  }

  post(path: string, form: Record<string, string>): Promise<Response> {
    return this.#ask(path, { method: 'POST', body: new URLSearchParams(form) });
  }

  /** A form with a file. */
  send(path: string, form: FormData): Promise<Response> {
    return this.#ask(path, { method: 'POST', body: form });
  }

  async #look(path: string): Promise<void> {
    const html = await (await this.get(path)).text();
    this.token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? '';
  }

  async #ask(path: string, how: RequestInit): Promise<Response> {
    const answer = await fetch(`${this.box.http}${path}`, {
      ...how,
      redirect: 'manual',
      headers: this.cookie ? { cookie: `parley=${this.cookie}` } : {},
    });
    this.setCookie = answer.headers.get('set-cookie') ?? this.setCookie;
    this.cookie = /^parley=([^;]+)/.exec(this.setCookie)?.[1] ?? '';
    return answer;
  }
}
