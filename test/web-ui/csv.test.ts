import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { csv } from '../../web-ui/api/csv.js';

const test = suite('csv');

test('columns in order, quoted where needed, empty where there is nothing', () =>
  assert.is(
    csv(
      ['id', 'name', 'cause'],
      [
        { name: 'Ann, "the boss"', id: 7 },
        { id: -8, name: 'two\nlines', cause: 'busy' },
      ],
    ),
    'id,name,cause\r\n7,"Ann, ""the boss""",\r\n-8,"two\nlines",busy\r\n',
  ));

test('what a caller is called is never a formula', () => {
  for (const name of ['=1+1', '+49 30', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '|x', '%x']) {
    const [, line] = csv(['name'], [{ name }]).split(/\r\n(?!=)/);
    assert.match(line, /^"?'/, JSON.stringify(name));
  }
});

test.run();
