import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorFingerprint, messageWithoutIds, readStack } from './fingerprint.ts';

const node = (line: number, name = 'charge'): string => `PaymentError: card 4711 was declined
    at ${name} (file:///srv/shop/payments/charge.js:${line}:11)
    at async handle (/srv/shop/server.js:${line + 4}:3)
    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)
    at Layer.handle (/srv/shop/node_modules/express/lib/router/layer.js:95:5)`;

describe('by the stack', () => {
  test('other lines, other messages and other columns are the same error', () => {
    fc.assert(
      fc.property(fc.nat(9_999), fc.nat(9_999), fc.string(), fc.string(), (one, other, left, right) => {
        const first = errorFingerprint({ type: 'PaymentError', message: left, stack: node(one) });
        expect(errorFingerprint({ type: 'PaymentError', message: right, stack: node(other) })).toBe(first);
      }),
    );
  });

  test('another function, another type and another cause are another error', () => {
    const name = fc.stringMatching(/^[a-z]{3,12}$/);
    fc.assert(
      fc.property(name, name, (one, other) => {
        fc.pre(one !== other);
        const first = { type: 'Error', stack: node(1, one) };
        expect(errorFingerprint(first)).not.toBe(errorFingerprint({ type: 'Error', stack: node(1, other) }));
        expect(errorFingerprint(first)).not.toBe(errorFingerprint({ ...first, type: 'TypeError' }));
        expect(errorFingerprint(first)).not.toBe(errorFingerprint([first, { type: 'Cause' }]));
      }),
    );
  });

  test('the names of builds and the folders of deployments do not matter', () => {
    const stack = (file: string): string => `Error: x\n    at pay (${file}:1:2345)`;
    const same = (left: string, right: string): void =>
      expect(errorFingerprint({ stack: stack(left) })).toBe(errorFingerprint({ stack: stack(right) }));
    same('https://shop.example/assets/main-B4f2c9a1.js', 'https://shop.example/assets/main-9c81ffe0.js?v=2');
    same('https://a.example/assets/main.4f2c9a1b.js', 'https://b.example/assets/main.00c9a1ff.js');
    same('/srv/releases/20260101120000/server.js', '/srv/releases/20260202120000/server.js');
    same('/srv/shop/lib/pay.js', '/app/lib/pay.js');
  });

  test('a recursion is the same however deep it went', () => {
    const deep = (times: number): string => `Error\n${'    at walk (/srv/tree.js:3:1)\n'.repeat(times)}`;
    expect(errorFingerprint({ stack: deep(3) })).toBe(errorFingerprint({ stack: deep(40) }));
  });

  test('a stack of the runtime alone does not tell errors apart, so the message does', () => {
    const stack = 'Error: x\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1555:16)';
    const of = (message: string): string => errorFingerprint({ type: 'Error', message, stack });
    expect(of('connect ECONNREFUSED 10.0.0.1:5432')).toBe(of('connect ECONNREFUSED 10.0.0.9:6543'));
    expect(of('connect ECONNREFUSED 10.0.0.1:5432')).not.toBe(of('read ECONNRESET'));
  });
});

describe('by the message', () => {
  test('ids of every usual form make no difference', () => {
    const id = fc.oneof(
      fc.uuid(),
      fc.nat().map(String),
      fc.float({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e6 }).map((value) => value.toFixed(2)),
      fc.ipV4(),
      fc.ipV6(),
      fc.emailAddress({ size: 'small' }).filter((address) => /^[\w.+-]+@[\w.-]+$/.test(address)),
      fc.stringMatching(/^[0-9a-f]{12,40}$/).filter((text) => /\d|^[a-f]{8,}$/.test(text)),
      fc.stringMatching(/^cus_[A-Za-z0-9]{4}[0-9][A-Za-z0-9]{4}$/),
      fc.stringMatching(/^"[a-z ]{0,20}"$/),
      fc.stringMatching(/^'[a-z ]{1,20}'$/),
    );
    const without = (given: string): string => messageWithoutIds(given).replace(/<value>|<address>/g, '#');
    fc.assert(
      fc.property(id, id, (one, other) => {
        expect(without(`order ${one} was not found`)).toBe(without(`order ${other} was not found`));
      }),
    );
  });

  test('other words are another error', () => {
    expect(errorFingerprint({ message: 'order 7 was not found' })).not.toBe(
      errorFingerprint({ message: 'order 7 was not paid' }),
    );
    expect(messageWithoutIds("Can't reach 10 servers, they're gone")).toBe("Can't reach # servers, they're gone");
  });

  test('lists of other lengths are the same', () => {
    expect(messageWithoutIds('lost [1, 2, 3] of 4')).toBe(messageWithoutIds('lost [9] of 4'));
  });
});

describe('stacks as runtimes print them', () => {
  const frames = (stack: string): readonly string[] =>
    readStack(stack).map((frame) => `${frame.place}|${frame.function ?? ''}|${frame.inApp}`);

  test.each([
    ['Node', '    at new Cart (/srv/cart.js:3:9)', '/srv/cart.js|new Cart|true'],
    ['Node, without a function', '    at file:///srv/cart.js:3:9', 'file:///srv/cart.js||true'],
    [
      'a library in Node',
      '    at next (/srv/node_modules/express/index.js:3:9)',
      '/srv/node_modules/express/index.js|next|false',
    ],
    ['Firefox', 'add@https://shop.example/cart.js:3:9', 'https://shop.example/cart.js|add|true'],
    ['Python', '  File "/srv/shop/cart.py", line 12, in add', '/srv/shop/cart.py|add|true'],
    [
      'a library in Python',
      '  File "/usr/lib/python3.12/json/decoder.py", line 12, in decode',
      '/usr/lib/python3.12/json/decoder.py|decode|false',
    ],
    ['the JVM', '\tat shop.Cart.add(Cart.java:12)', 'shop.Cart|add|true'],
    [
      'a library of the JVM',
      '\tat java.base/java.util.ArrayList.get(ArrayList.java:427)',
      'java.util.ArrayList|get|false',
    ],
    ['.NET', '   at Shop.Cart.Add(Item item) in /src/Cart.cs:line 12', '/src/Cart.cs|Shop.Cart.Add|true'],
    ['Ruby', "/srv/cart.rb:12:in 'add'", '/srv/cart.rb|add|true'],
    ['PHP', '#0 /srv/cart.php(12): Cart->add()', '/srv/cart.php|Cart->add|true'],
    ['Go', 'main.(*Cart).Add(0xc000012, 0x3)\n\t/srv/cart.go:12 +0x1d', '/srv/cart.go|main.(*Cart).Add|true'],
  ])('%s', (_runtime, line, expected) => {
    expect(frames(line)).toEqual([expected]);
  });

  test('anything at all is read without trouble', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        expect(errorFingerprint({ type: text, message: text, stack: text })).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });
});
