/// <reference path="../../../../node_modules/uplot/dist/uPlot.d.ts" />

/** What the page's scripts share: they are one program, in the order of `page.ts`, without modules. */

type ReportModel = import('../model.ts').ReportModel;
type Lane = import('../model.ts').Lane;
type Texts = import('../model.ts').Texts;
type Moment = import('../model.ts').Moment;
type Recovery = import('../../../judge/verdict.ts').Recovery;
type Chart = uPlot;
type ChartOptions = uPlot.Options;

/** What the page is given: one run, or two to compare; live when the drill goes on. */
interface PageData {
  readonly runs: readonly ReportModel[];
  readonly live: boolean;
}

type Language = keyof Texts;
type Theme = 'light' | 'dark';

/** What the reader chose; all views follow it. Times are ms of the timeline. */
interface Choice {
  language: Language;
  theme: Theme;
  at: number;
  from: number;
  until: number;
}

/** A part of the page that follows the reader's choices. */
interface View {
  readonly element: HTMLElement;
  /** The scrubber or the zoom moved. */
  update(): void;
}
