package io.millrace.websocket.filter;

import dev.cel.checker.CelStandardDeclarations;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelStandardFunctions;
import io.millrace.cluster.error.MillraceException;
import java.util.Set;

/**
 * The part of CEL that {@code where} offers. Everything is left out whose cost is more than one look at each byte of the record
 * and of the expression:
 *
 * <ul>
 *   <li>comprehensions ({@code exists}, {@code all}, {@code map}, {@code filter}): a list in a record has no bound, and they nest;
 *   <li>{@code +} of strings, bytes and lists: values would grow;
 *   <li>{@code matches}: what a regular expression costs is decided by the pattern, which a record may hold;
 *   <li>{@code contains} with anything but a literal: the product of two long strings of a record;
 *   <li>functions of time: the timestamp is a number here.
 * </ul>
 *
 * Thread-safe. The library takes a moment to load, so nobody pays for it before the first expression.
 */
final class WhereLanguage {

    private static final String CONTAINS = "contains";

    /** By the names that both enumerations of the library have in common. */
    private static final Set<String> FUNCTIONS = Set.of(
            "CONDITIONAL",
            "LOGICAL_AND",
            "LOGICAL_OR",
            "LOGICAL_NOT",
            "EQUALS",
            "NOT_EQUALS",
            "LESS",
            "LESS_EQUALS",
            "GREATER",
            "GREATER_EQUALS",
            "IN",
            "INDEX",
            "ADD",
            "SUBTRACT",
            "MULTIPLY",
            "DIVIDE",
            "MODULO",
            "NEGATE",
            "SIZE",
            "CONTAINS",
            "STARTS_WITH",
            "ENDS_WITH",
            "INT",
            "UINT",
            "DOUBLE",
            "STRING",
            "BOOL",
            "DYN",
            "TYPE");

    private static final Set<String> OVERLOADS_LEFT_OUT = Set.of("ADD_STRING", "ADD_BYTES", "ADD_LIST");

    /** Nesting of an expression; the parser, the checker and the evaluation need stack for each level. */
    private static final int EXPRESSION_DEPTH_MAX = 50;

    private static final CelOptions OPTIONS = CelOptions.current()
            .enableComprehension(false)
            .enableHeterogeneousNumericComparisons(true)
            .maxExpressionCodePointSize(WhereExpression.TEXT_BYTES_MAX)
            .maxParseRecursionDepth(EXPRESSION_DEPTH_MAX)
            .build();

    private final CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            .setStandardDeclarations(CelStandardDeclarations.newBuilder()
                    .filterFunctions((function, overload) -> isOffered(function.name(), overload))
                    .build())
            .setStandardMacros(CelStandardMacro.HAS)
            .addVar("key", SimpleType.DYN)
            .addVar("value", SimpleType.DYN)
            .addVar("headers", MapType.create(SimpleType.STRING, SimpleType.STRING))
            .addVar("partition", SimpleType.INT)
            .addVar("offset", SimpleType.INT)
            .addVar("timestamp", SimpleType.INT)
            .setResultType(SimpleType.BOOL)
            .build();

    private final CelRuntime runtime = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .setStandardEnvironmentEnabled(false)
            .setStandardFunctions(CelStandardFunctions.newBuilder()
                    .filterFunctions((function, overload) -> isOffered(function.name(), overload))
                    .build())
            .build();

    private WhereLanguage() {}

    static WhereLanguage get() {
        return Holder.LANGUAGE;
    }

    /**
     * Checks and compiles an expression.
     *
     * @throws MillraceException INVALID_REQUEST whose message says where it is wrong
     */
    CelRuntime.Program compile(String text) {
        CelValidationResult checked = compiler.compile(text);
        if (checked.hasError()) {
            CelIssue first = checked.getErrors().get(0);
            throw wrongAt(first.getSourceLocation(), first.getMessage());
        }
        try {
            CelAbstractSyntaxTree tree = checked.getAst();
            checkCost(tree);
            return runtime.createProgram(tree);
        } catch (CelValidationException | CelEvaluationException e) {
            throw WhereExpression.wrong(e.getMessage());
        }
    }

    private static void checkCost(CelAbstractSyntaxTree tree) {
        CelNavigableAst.fromAst(tree)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .filter(node -> node.getKind() == CelExpr.ExprKind.Kind.CALL)
                .filter(node -> node.call().function().equals(CONTAINS))
                .filter(node -> !isLiteral(node.call()))
                .findFirst()
                .ifPresent(node -> {
                    throw wrongAt(
                            locationOf(tree, node.id()),
                            "contains() takes a string literal only, such as value.name.contains(\"north\")");
                });
    }

    private static boolean isLiteral(CelCall call) {
        return call.args().stream()
                .allMatch(argument -> argument.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                        && argument.constant().getKind() == CelConstant.Kind.STRING_VALUE);
    }

    private static CelSourceLocation locationOf(CelAbstractSyntaxTree tree, long id) {
        int offset = tree.getSource().getPositionsMap().getOrDefault(id, 0);
        return tree.getSource().getOffsetLocation(offset).orElse(CelSourceLocation.NONE);
    }

    /** The place comes first: a close frame has little room. */
    private static MillraceException wrongAt(CelSourceLocation location, String message) {
        return WhereExpression.wrong(
                "line " + location.getLine() + ", column " + (location.getColumn() + 1) + ": " + message);
    }

    private static boolean isOffered(String function, Object overload) {
        return FUNCTIONS.contains(function) && !OVERLOADS_LEFT_OUT.contains(((Enum<?>) overload).name());
    }

    private static final class Holder {
        static final WhereLanguage LANGUAGE = new WhereLanguage();
    }
}
