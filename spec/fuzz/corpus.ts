// Decides which bytes of a broker are tried in every run, before any chance: what has failed once, and what is nearest to
// a rule of reading. Data only. Whatever a run finds is added here, with a word why.

import type { Version } from "../vectors/vector.ts";

type Row = readonly [versions: readonly Version[], hex: string, why: string];

const every: readonly Version[] = [3, 4, 5];
const v5: readonly Version[] = [5];

// biome-ignore format: a table
export const corpus: readonly Row[] = [
  [every, "30", "a packet of one byte, the rest of which never comes"],
  [every, "30 ffffff7f", "the longest packet there can be"],
  [every, "30 80808000 0001 74", "a length with a needless byte"],
  [every, "30 8080808001", "a length of five bytes"],
  [every, "3000", "a PUBLISH of nothing"],
  [every, "3001 00", "half of the length of a topic"],
  [every, "3003 ffff 74", "a topic longer than all that comes"],
  [every, "3203 0001 74", "a PUBLISH that ends where its id should be"],
  [every, "3205 0001 74 0000", "a PUBLISH with id 0"],
  [every, "3005 0003 eda080", "half of a pair of surrogates for a topic"],
  [every, "3004 0002 c080", "a NUL in two bytes"],
  [every, "3005 0003 efbbbf 00", "a mark of byte order for a topic"],
  [every, "3005 0003 efbfbf 00", "a character that is none"],
  [every, "3604 0001 74 70", "QoS 3"],
  [every, "4002 0000", "an acknowledgement of id 0"],
  [every, "4002 ffff 5002 ffff 6202 ffff 7002 ffff", "all acknowledgements of what was never sent"],
  [every, "9003 0001 03", "a SUBACK that grants QoS 3"],
  [every, "9002 0001", "a SUBACK without a code"],
  [every, "c000 c000 c000 d000 d000", "pings nobody asked for"],
  [every, "2002 0000", "a second CONNACK, or one of another version"],
  [every, "2002 0001", "a refusal where nothing was asked"],
  [every, "1000", "a CONNECT"],
  [every, "8206 0001 0001 61 01", "a SUBSCRIBE of the server"],
  [every, "e000", "a DISCONNECT"],
  [every, "f000", "an AUTH, or what is reserved"],
  [v5, "3004 0001 74 80", "properties whose length is cut off"],
  [v5, "3008 0001 74 80808080 01", "a length of properties of five bytes"],
  [v5, "3007 0000 03 23 ffff 00", "an alias beyond all that was allowed"],
  [v5, "3006 0000 03 23 0001", "an alias that stands for nothing"],
  [v5, "3006 0001 74 02 0b 00", "a subscription identifier of 0"],
  [v5, "3006 0001 74 02 81 00", "an identifier of a property with a needless byte"],
  [v5, "3008 0001 74 04 26 0001 61", "half of a pair"],
  [v5, "3009 0001 74 05 26 0000 0000", "a pair of nothing"],
  [v5, "300a 0001 74 06 01 00 01 00 01 00", "a property three times"],
  [v5, "4003 0001 00", "a code without properties"],
  [v5, "4004 0001 00 00", "a code with no properties"],
  [v5, "5003 0001 92", "a PUBREC that knows no such id"],
  [v5, "9004 0001 00 00", "a SUBACK for one filter"],
  [v5, "b004 0001 00 11", "an UNSUBACK of what was not subscribed"],
  [v5, "e007 00 05 11 00000001", "a server that sets the expiry of a session"],
];
