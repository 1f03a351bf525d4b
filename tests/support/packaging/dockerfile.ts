import {
  Copy,
  DockerfileParser,
  From,
  Healthcheck,
  type Instruction as Parsed,
  PropertyInstruction,
} from 'dockerfile-ast';
import { readRoot } from './repository.ts';

/** One line of a Dockerfile, taken apart. */
export type Instruction = Readonly<{
  keyword: string;
  /** Without flags, line ends and comments. */
  text: string;
  /** Of COPY: the stage that it copies from; `null`: the context. */
  from: string | null;
  /** Of ENV, LABEL and ARG. */
  properties: Readonly<Record<string, string>>;
}>;

/** Everything from one FROM to the next. */
export type Stage = Readonly<{ name: string; base: string; instructions: readonly Instruction[] }>;

/** The stages of our Dockerfile, in their order. */
export function readDockerfile(text: string = readRoot('Dockerfile')): readonly Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const parsed of DockerfileParser.parse(text).getInstructions()) {
    if (parsed instanceof From) {
      stages.push({
        name: parsed.getBuildStage() ?? '',
        base: parsed.getImage() ?? '',
        instructions: [],
      });
    } else stages.at(-1)?.instructions.push(instructionOf(parsed));
  }
  return stages;
}

/** The stage of that name. */
export function stageNamed(stages: readonly Stage[], name: string): Stage {
  const stage = stages.find((candidate) => candidate.name === name);
  if (!stage) throw new Error(`The Dockerfile has no stage ${name}`);
  return stage;
}

/** A stage and what it is made from, the base of all first. */
export function lineOf(stages: readonly Stage[], name: string): readonly Stage[] {
  const stage = stageNamed(stages, name);
  const isOurs = stages.some((candidate) => candidate.name === stage.base);
  return [...(isOurs ? lineOf(stages, stage.base) : []), stage];
}

/** Every stage that is built for `name`: those that it is made from, and those that it copies from. */
export function neededFor(stages: readonly Stage[], name: string): readonly Stage[] {
  const needed = new Set<Stage>();
  const need = (wanted: string): void => {
    for (const stage of lineOf(stages, wanted)) {
      if (needed.has(stage)) continue;
      needed.add(stage);
      for (const { from } of stage.instructions) if (from !== null) need(from);
    }
  };
  need(name);
  return stages.filter((stage) => needed.has(stage));
}

/** The last instruction with that keyword in a stage or what it is made from: the one that counts. */
export function lastOf(line: readonly Stage[], keyword: string): Instruction | null {
  return (
    line.flatMap(({ instructions }) => instructions).findLast((found) => found.keyword === keyword) ?? null
  );
}

/** The words of an instruction in exec form; `null` where it is in shell form. */
export function execForm(text: string): readonly string[] | null {
  const json = text.replace(/^CMD\s+/, '');
  if (!json.startsWith('[')) return null;
  const words: unknown = JSON.parse(json);
  return Array.isArray(words) ? words.map(String) : null;
}

function instructionOf(parsed: Parsed): Instruction {
  return {
    keyword: parsed.getKeyword(),
    text: textOf(parsed),
    from: parsed instanceof Copy ? (parsed.getFromFlag()?.getValue() ?? null) : null,
    properties: parsed instanceof PropertyInstruction ? propertiesOf(parsed) : {},
  };
}

function textOf(parsed: Parsed): string {
  const text = (parsed.getArgumentsContent() ?? '').replace(/\\\n/g, ' ').replace(/\s+/g, ' ').trim();
  return parsed instanceof Copy || parsed instanceof Healthcheck ? text.replace(/^(?:--\S+ )+/, '') : text;
}

function propertiesOf(parsed: PropertyInstruction): Readonly<Record<string, string>> {
  return Object.fromEntries(
    parsed.getProperties().map((property) => [property.getName(), property.getValue() ?? '']),
  );
}
