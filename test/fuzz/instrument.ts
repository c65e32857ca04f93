/** A hook of Node's loader (node:module, customization hooks) that makes the box's code count which of its branches run. */
import type { LoadHook } from 'node:module';
import ts from 'typescript';

const OURS = /\/dist\/(firmware|web-ui|hal|src)\//;
const { factory } = ts;
let branches = 0;

export const load: LoadHook = async (url, context, next) => {
  const loaded = await next(url, context);
  if (loaded.format !== 'module' || !OURS.test(url)) return loaded;
  return { ...loaded, source: counting(Buffer.from(loaded.source as Uint8Array).toString()) };
};

function counting(text: string): string {
  const source = ts.createSourceFile('module.js', text, ts.ScriptTarget.ES2022, true);
  const { transformed } = ts.transform(source, [
    (context) => (file) => ts.visitEachChild(file, (node) => visited(node, context), context),
  ]);
  return `const branchHits = globalThis.branchHits;\n${ts.createPrinter().printFile(transformed[0])}`;
}

/** A node with a count in each of its branches. */
function visited(node: ts.Node, context: ts.TransformationContext): ts.Node {
  const inner = ts.visitEachChild(node, (child) => visited(child, context), context);
  if (ts.isBlock(inner)) return factory.updateBlock(inner, [countStatement(), ...inner.statements]);
  if (ts.isCaseClause(inner))
    return factory.updateCaseClause(inner, inner.expression, [countStatement(), ...inner.statements]);
  if (ts.isIfStatement(inner))
    return factory.updateIfStatement(
      inner,
      inner.expression,
      block(inner.thenStatement),
      inner.elseStatement && block(inner.elseStatement),
    );
  if (ts.isArrowFunction(inner) && !ts.isBlock(inner.body))
    return factory.updateArrowFunction(
      inner,
      inner.modifiers,
      undefined,
      inner.parameters,
      undefined,
      inner.equalsGreaterThanToken,
      counted(inner.body),
    );
  if (ts.isConditionalExpression(inner))
    return factory.updateConditionalExpression(
      inner,
      inner.condition,
      inner.questionToken,
      counted(inner.whenTrue),
      inner.colonToken,
      counted(inner.whenFalse),
    );
  if (ts.isBinaryExpression(inner) && CHOOSES.has(inner.operatorToken.kind))
    return factory.updateBinaryExpression(inner, inner.left, inner.operatorToken, counted(inner.right));
  return inner;
}

const CHOOSES = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

function count(): ts.Expression {
  const hits = factory.createIdentifier('branchHits');
  return factory.createPostfixIncrement(factory.createElementAccessExpression(hits, branches++));
}

function countStatement(): ts.Statement {
  return factory.createExpressionStatement(count());
}

function counted(expression: ts.Expression): ts.Expression {
  return factory.createParenthesizedExpression(factory.createComma(count(), expression));
}

function block(statement: ts.Statement): ts.Statement {
  return ts.isBlock(statement) ? statement : factory.createBlock([countStatement(), statement]);
}
