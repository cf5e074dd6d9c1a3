import { computed } from "@preact/signals";
import { marked } from "marked";
import { useEffect, useRef } from "preact/hooks";
import { LESSON } from "../lab/lab.ts";
import { type Lesson, LessonFault, type Part, readLesson } from "../lab/lesson.ts";
import { stage } from "../state/page.ts";
import { done, holds, paused, play, playing, reached, runCommand, stopPlay, watchChecks } from "./play.ts";

/** The lesson of the lab's folder; a fault in it; or none. */
export const lesson = computed<Lesson | LessonFault | null>(() => {
  const text = stage.value?.session.lab.files[LESSON];
  if (text === undefined) return null;
  try {
    return readLesson(text);
  } catch (error) {
    if (error instanceof LessonFault) return error;
    throw error;
  }
});

const good = (): Lesson | null =>
  lesson.value && !(lesson.value instanceof LessonFault) ? lesson.value : null;

watchChecks(good);

/** Plays on from where the story stands, or from its beginning. */
export function playStory(): void {
  const now = good();
  if (!now) return;
  const next = reached.value + 1;
  void play(now, next >= now.steps.length ? 0 : Math.max(0, next));
}

export const hasStory = computed(() => good() !== null);

export function StoryPanel() {
  const now = lesson.value;
  const list = useRef<HTMLOListElement>(null);
  const at = playing.value?.step;
  useEffect(() => {
    if (at === undefined) return;
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at, playing.value?.part]);
  if (now === null) {
    return (
      <p class="empty">
        This lab has no story. A file <code>{LESSON}</code> in its folder would be shown here, step by step.
      </p>
    );
  }
  if (now instanceof LessonFault) {
    return (
      <p class="empty bad">
        {LESSON}, {now.message}.
      </p>
    );
  }
  return (
    <div class="story">
      <Prose markdown={now.intro} />
      <ol ref={list} class="steps">
        {now.steps.map((step, s) => (
          <li
            key={step.title}
            class={`${at === s ? "now" : ""}${s <= reached.value ? " seen" : ""}`}
            aria-current={at === s ? "step" : undefined}
          >
            <h3>{step.title}</h3>
            {step.parts.map((part, p) => (
              <PartView
                key={p}
                part={part}
                id={`${s} ${p}`}
                active={at === s && playing.value?.part === p}
                onRun={() => (reached.value = Math.max(reached.value, s))}
              />
            ))}
            {at !== s && (
              <button type="button" class="quiet play-from" onClick={() => void play(now, s)}>
                ▸ play from here
              </button>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

function PartView({
  part,
  id,
  active,
  onRun,
}: {
  part: Part;
  id: string;
  active: boolean;
  onRun: () => void;
}) {
  if (part.kind === "text") return <Prose markdown={part.markdown} />;
  if (part.kind === "command") {
    const ran = done.value.has(id);
    return (
      <button
        type="button"
        class={`run-command${active ? " active" : ""}${ran ? " ran" : ""}`}
        disabled={playing.value !== null && !paused.value}
        onClick={() => {
          stopPlay();
          onRun();
          if (stage.value) void runCommand(stage.value, part, id);
        }}
      >
        <span class="where mono">{part.ns}</span>
        <code>{part.command}</code>
        <span class="go">{ran ? "✓ ran" : "run"}</span>
      </button>
    );
  }
  const held = holds.value.has(id);
  return (
    <p class={`check-line${held ? " held" : ""}`}>
      <span aria-hidden="true">{held ? "✓" : "○"}</span>
      <span class="visually-hidden">{held ? "holds: " : "not yet: "}</span> {part.said}
    </p>
  );
}

function Prose({ markdown }: { markdown: string }) {
  return <div class="prose" dangerouslySetInnerHTML={{ __html: render(markdown) }} />;
}

const rendered = new Map<string, string>();

/** A lesson may come from anybody: what is not plain Markdown is shown as text, and links lead out of the page only by https. */
function render(markdown: string): string {
  let html = rendered.get(markdown);
  if (html === undefined) {
    const safe = markdown.replace(/&(?!\w+;)/g, "&amp;").replace(/</g, "&lt;");
    html = marked.parse(safe, { async: false, renderer: RENDERER });
    rendered.set(markdown, html);
  }
  return html;
}

const RENDERER = new marked.Renderer();
RENDERER.link = ({ href, text }) =>
  /^https:\/\//.test(href)
    ? `<a href="${href.replace(/"/g, "&quot;")}" rel="noreferrer" target="_blank">${text}</a>`
    : text;
RENDERER.image = ({ text }) => text;
RENDERER.code = ({ text }) => `<pre>${text}</pre>`;
RENDERER.codespan = ({ text }) => `<code>${text}</code>`;
