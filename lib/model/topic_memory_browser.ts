// Decides that nothing is remembered of topics in a page, where it stands in for topic_memory.ts: few messages come and
// go there, and what it loads must be small.

export class TopicMemory {
  get(_topic: string): undefined {}

  set(): void {}

  forget(): void {}
}
