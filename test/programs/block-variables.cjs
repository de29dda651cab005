// Functions keep variables of blocks, a catch clause and a loop, which are in no function's own scope.
class Kept {}
class Caught extends Error {}

{
  const kept = new Kept();
  globalThis.readKept = () => kept;
}
try {
  throw new Caught();
} catch (caught) {
  globalThis.readCaught = () => caught;
}
for (const each of [new Kept()]) globalThis.readEach = () => each;
process.abort();
