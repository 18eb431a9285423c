/** Every row of a file through `order-status decide`, all in one process, and what became of each. */
import { cli } from "../cli/run.js";
import { type Answer, type End, endOf, inWords, NOW, type Question, unlike } from "./ends.js";
import { nets } from "./nets.js";
import { callback, checkout, presets, statusChange, statusUpdate } from "./resurs.js";
import { type File, type Row, rowsOf } from "./rows.js";

export interface Replayed {
  file: File;
  row: Row;
  question: Question;
  answer: Answer;
  theirs: End;
  ours: End;
  /** The fields in which they differ; none = the same. */
  unlike: string[];
  /** `theirs → ours`, in a few words. */
  pair: string;
}

const questionsOf = (file: File): ((row: Row) => Question[] | null) => {
  const known = presets();
  switch (file) {
    case "nets-easy":
      return nets;
    case "resurs-status-update":
      return statusUpdate;
    case "resurs-callbacks":
      return (row) => callback(row, known);
    case "resurs-checkout":
      return (row) => checkout(row, known);
    case "resurs-before-status-change-rules":
      return (row) => statusChange(row, known);
  }
};

const asked = async (lines: Row[]): Promise<Answer[]> => {
  const input = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  const { out, err } = await cli(["decide"], { input });
  const answers = out
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Answer);
  if (answers.length !== lines.length) throw new Error(`${answers.length} answers to ${lines.length} lines: ${err}`);
  return answers;
};

/** The bank says yes to every call unless the row says otherwise. */
const usual = { now: NOW, follow: "confirmed" };

const settled = (line: Row, settings: Row): Row => ({
  ...usual,
  ...line,
  settings: { ...(line.settings as Row | undefined), ...settings },
});

export const replay = async (file: File, questions: [Row, Question][], settings: Row = {}): Promise<Replayed[]> => {
  const answers = await asked(questions.map(([, { line }]) => settled(line, settings)));
  return questions.map(([row, question], index) => {
    const answer = answers[index] as Answer;
    const { theirs } = question;
    const ours = endOf(question, answer);
    const pair = `${inWords(theirs, theirs)} → ${inWords(ours, theirs)}`;
    return { file, row, question, answer, theirs, ours, unlike: unlike(theirs, ours), pair };
  });
};

/** By row: its questions, or null where there is nothing to decide. */
export const questions = (file: File): { row: Row; asks: Question[] | null }[] => {
  const translate = questionsOf(file);
  return rowsOf(file).map((row) => ({ row, asks: translate(row) }));
};
