// A fix's edits as the protocol's workspace edit, in the strongest form the client understands: versions of open
// documents, creation of missing files, a label for what lies outside the file the user is looking at.

import type {
  ChangeAnnotation,
  ClientCapabilities,
  CreateFile,
  TextEdit as LspTextEdit,
  TextDocumentEdit,
  WorkspaceEdit,
} from 'vscode-languageserver';
import type { TextEdit } from '../base/edit.ts';
import { toRange, type Uris } from './places.ts';

export interface EditSupport {
  readonly documentChanges: boolean;
  readonly create: boolean;
  readonly annotations: boolean;
}

export interface EditContext {
  readonly uris: Uris;
  readonly support: EditSupport;
  /** The file the user is looking at. */
  readonly from: string;
  version(path: string): number | undefined;
  exists(path: string): boolean;
  /** A path as people read it. */
  shown(path: string): string;
}

export function editSupport(capabilities: ClientCapabilities): EditSupport {
  const edit = capabilities.workspace?.workspaceEdit;
  return {
    documentChanges: edit?.documentChanges === true,
    create: edit?.documentChanges === true && edit.resourceOperations?.includes('create') === true,
    annotations: edit?.changeAnnotationSupport !== undefined,
  };
}

/** Undefined where the client cannot carry the edits out. */
export function toWorkspaceEdit(edits: readonly TextEdit[], context: EditContext): WorkspaceEdit | undefined {
  const byPath = new Map<string, TextEdit[]>();
  for (const edit of edits) byPath.set(edit.path, [...(byPath.get(edit.path) ?? []), edit]);
  const { support, uris } = context;
  const missing = [...byPath.keys()].filter((path) => !context.exists(path));
  if (missing.length > 0 && !support.create) return undefined;
  if (!support.documentChanges) {
    const changes = [...byPath].map(
      ([path, list]) => [uris.of(path), list.map((edit) => plain(edit))] as const,
    );
    return { changes: Object.fromEntries(changes) };
  }
  const annotations: Record<string, ChangeAnnotation> = {};
  const annotate = (path: string, created: boolean): string | undefined => {
    if (!support.annotations || path === context.from) return undefined;
    const label = `${created ? 'Create' : 'Change'} ${context.shown(path)}`;
    // VS Code opens a confirmation with every box unticked, where applying applies nothing. The title names the files.
    annotations[label] = { label, needsConfirmation: false };
    return label;
  };
  const documentChanges: (TextDocumentEdit | CreateFile)[] = [];
  for (const [path, list] of byPath) {
    const created = missing.includes(path);
    const annotation = annotate(path, created);
    if (created)
      documentChanges.push({
        kind: 'create',
        uri: uris.of(path),
        options: { ignoreIfExists: true },
        ...(annotation === undefined ? {} : { annotationId: annotation }),
      });
    documentChanges.push({
      textDocument: { uri: uris.of(path), version: context.version(path) ?? null },
      edits: list.map((edit) => ({
        ...plain(edit),
        ...(annotation === undefined ? {} : { annotationId: annotation }),
      })),
    });
  }
  return {
    documentChanges,
    ...(Object.keys(annotations).length === 0 ? {} : { changeAnnotations: annotations }),
  };
}

function plain(edit: TextEdit): LspTextEdit {
  return { range: toRange(edit.range), newText: edit.newText };
}
