import type { Argument, Command, Option } from 'commander';
import { demandedBy } from '../../config/reference.ts';
import { EXIT } from '../cli/exit.ts';
import { buildProgram } from '../cli/program.ts';
import { type CliExample, type CommandNote, cliCommands } from './cli-commands.ts';
import { block, codes, page, table } from './markdown.ts';

/** A command that does something, with the words that call it. */
type Leaf = Readonly<{ words: string; command: Command }>;

/** The text of `docs/reference/cli.md`. */
export async function renderCli(): Promise<string> {
  const notes = await cliCommands();
  const leaves = commandsOf(buildProgram());
  const opening = {
    title: 'Command line',
    says: '`gatehouse` operates an installation: beside a running server or without it, with the same configuration. In a checkout `npm run --silent cli -- <command>` calls it, elsewhere the `gatehouse` of the package.',
    source: '`app/cli` and `app/docs/cli-commands.ts`',
  };
  return page(opening, [
    ANSWERS,
    table(['exit code', 'means'], exitCodes()),
    ...leaves.flatMap(({ words, command }) => explain({ words, command }, notes[words])),
    LATER,
  ]);
}

/** Every command that does something; those that only hold others are left out. */
export function commandsOf(command: Command, above = ''): readonly Leaf[] {
  return command.commands.flatMap((child) => {
    const words = `${above}${child.name()}`;
    return child.commands.length > 0 ? commandsOf(child, `${words} `) : [{ words, command: child }];
  });
}

const ANSWERS = `With \`--json\` the answer is one JSON object on one line of standard output, broken into several here; a test compares
each of these with a real one. Without it the answer is text for people. Whatever else is to be told, refusals and warnings, goes to standard error. A secret is read from
standard input or from the environment, never from an argument.`;

const EXIT_TEXTS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'done',
  failed: 'failed: a backend that is away, a configuration with problems, an SMTP server that refuses',
  wrongUsage: 'wrong usage: an unknown command or option, or a value that is not allowed',
  notFound: 'what was named is not there: a tenant, a signing key, a mail, a migration',
  conflict: 'it would contradict what is there: a slug that is taken, a mail that cannot be sent again',
};

const LATER = `The commands \`audit\` and \`user import\` come with later releases.`;

function exitCodes(): readonly (readonly string[])[] {
  const texts: Readonly<Record<string, string>> = EXIT_TEXTS;
  return Object.entries(EXIT).map(([name, code]) => [String(code), texts[name] ?? '']);
}

function explain({ words, command }: Leaf, note: CommandNote | undefined): readonly string[] {
  if (!note) throw new Error(`Nothing is noted of the command ${words}`);
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)];
  return [
    `## \`gatehouse ${words}\``,
    `${command.description()}.${note.says ? ` ${note.says}` : ''}`,
    table(['argument or option', 'meaning'], rows),
    `**Demands** in staging and production: ${demandsOf(note)}.`,
    ...exampleOf(note.example),
  ];
}

function argumentRow(argument: Argument): readonly string[] {
  const written = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
  return [`\`${written}\``, argument.description];
}

function optionRow({ flags, description, mandatory, argChoices, defaultValue }: Option): readonly string[] {
  const told = [
    ...(description ? [description] : []),
    ...(argChoices ? [`one of ${codes(argChoices)}`] : []),
    ...(defaultValue === undefined ? [] : [`\`${String(defaultValue)}\` by default`]),
    ...(mandatory ? ['required'] : []),
  ];
  return [`\`${flags}\``, told.join('; ')];
}

function demandsOf({ need }: CommandNote): string {
  if (need === null) return 'nothing, and it reads nothing';
  return demandedBy(need).join(', ') || 'nothing';
}

function exampleOf({ args, input, answer }: CliExample): readonly string[] {
  const call = `gatehouse ${[...args, '--json'].join(' ')}`;
  const piped = input === undefined ? call : `echo '${input}' | ${call}`;
  return [block(piped, 'sh'), block(JSON.stringify(answer, null, 2), 'json')];
}
