/** The error codes that a row refuses with, read from its source: its own, and those of the functions that it calls. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

interface Source {
  /** Top-level declarations by name. */
  readonly declared: ReadonlyMap<string, ts.Node>
  /** By local name: the file that it comes from, and its name there. */
  readonly imported: ReadonlyMap<string, { readonly file: string; readonly name: string }>
}

const sources = new Map<string, Source>()

function sourceOf(file: string): Source {
  const known = sources.get(file)
  if (known) return known
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const declared = new Map<string, ts.Node>()
  const imported = new Map<string, { file: string; name: string }>()
  for (const statement of tree.statements) {
    if (ts.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations)
        if (ts.isIdentifier(name)) declared.set(name.text, statement)
    if (ts.isFunctionDeclaration(statement) && statement.name) declared.set(statement.name.text, statement)
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
    const from = statement.moduleSpecifier.text
    const bindings = statement.importClause?.namedBindings
    if (!from.startsWith('.') || !bindings || !ts.isNamedImports(bindings)) continue
    for (const { name, propertyName } of bindings.elements)
      imported.set(name.text, { file: join(dirname(file), from), name: (propertyName ?? name).text })
  }
  const source = { declared, imported }
  sources.set(file, source)
  return source
}

/** AWS's codes are words in one, or two with a dot between: `InvalidVpcID.NotFound`. */
const CODE = /^[A-Z][A-Za-z]{4,}(\.[A-Z][A-Za-z]+)?$/
/** Calls whose text arguments may be codes. */
const REFUSING = /^(AwsError|require[A-Z]\w*|refuse[A-Z]\w*|parsePolicy)$/

/** @returns codes in the order of the alphabet, for the row that `file` exports as `name` */
export function refusalsOf(file: string, name: string): readonly string[] {
  const codes = new Set<string>()
  const seen = new Set<string>()

  function follow(at: string, declaration: string): void {
    const key = `${at} ${declaration}`
    const source = sourceOf(at)
    const node = source.declared.get(declaration)
    if (seen.has(key) || !node) return
    seen.add(key)
    const visit = (one: ts.Node): void => {
      if (ts.isIdentifier(one)) {
        const from = source.imported.get(one.text)
        if (from) follow(from.file, from.name)
        else if (one.text !== declaration) follow(at, one.text)
      }
      if ((ts.isCallExpression(one) || ts.isNewExpression(one)) && REFUSING.test(one.expression.getText()))
        for (const argument of one.arguments ?? []) collect(argument)
      if (ts.isParameter(one) && one.initializer && one.name.getText() === 'code') collect(one.initializer)
      ts.forEachChild(one, visit)
    }
    visit(node)
  }

  function collect(argument: ts.Node): void {
    if (ts.isStringLiteral(argument) && CODE.test(argument.text)) codes.add(argument.text)
  }

  follow(file, name)
  return [...codes].sort()
}
