// What can be done to a running application, as plans: the server says what to run or to change, the extension does it
// where the user sees it. Types alone. Lines and columns count from 0.

/** An insertion into a configuration file. */
export type SwitchOnAnswer =
  | {
      readonly ok: true;
      readonly title: string;
      readonly path: string;
      readonly line: number;
      readonly column: number;
      readonly newText: string;
    }
  | { readonly ok: false; readonly why: string };
