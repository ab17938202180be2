// Decides which of paho's names karere does not have, and says why. docs/porting/from-paho.md shows the same list.

export interface ParityException {
  readonly names: readonly string[];
  readonly reason: string;
}

export const exceptions: readonly ParityException[] = [
  {
    names: ["client.MQTTMessageInfo.next"],
    reason: "Python's iterator protocol: JavaScript iterates with `for ... of` and `const [rc, mid] = info`.",
  },
  {
    names: ["matcher.MQTTMatcher.Node"],
    reason: "A part of the inside of the tree, which a user has no use for.",
  },
];
