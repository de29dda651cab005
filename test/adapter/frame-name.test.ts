import assert from 'node:assert/strict';
import { withoutParameters } from '../../src/adapter/frames.ts';

describe('names of native frames', () => {
  for (const [signature, name] of [
    ['uv_run', 'uv_run'],
    ['node::Start(int, char**)', 'node::Start'],
    ['v8::Foo::Bar(void (*)(int), x) const', 'v8::Foo::Bar'],
    ['v8::(anonymous namespace)::Invoke(v8::Isolate*)', 'v8::(anonymous namespace)::Invoke'],
    ['v8::(anonymous namespace)::value', 'v8::(anonymous namespace)::value'],
    ['Foo<(Kind)2>::run(int)', 'Foo<(Kind)2>::run'],
    ['Foo::operator()(int) const', 'Foo::operator()'],
    ['Foo::operator()', 'Foo::operator()'],
    ['(broken', '(broken'],
    ['broken)', 'broken)'],
  ] as const) {
    it(`${signature} is ${name}`, () => assert.equal(withoutParameters(signature), name));
  }
});
