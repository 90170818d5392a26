package io.millrace.websocket.filter;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.record.StreamRecord;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A CEL expression over a record: the {@code where} parameter. Expressions with the same text are equal.
 *
 * <p>{@link #compile} comes first and belongs on a worker. Afterwards any thread may evaluate.
 *
 * <p>What one evaluation can cost is bounded: the language is cut down to what looks at each byte of a record at most once for
 * each node of the expression ({@link WhereLanguage}), and so by {@link #TEXT_BYTES_MAX} × {@link #RECORD_BYTES_MAX} steps.
 */
public final class WhereExpression {

    /** Longest text of an expression. */
    public static final int TEXT_BYTES_MAX = 1024;

    /** Largest record (key, value and headers together) that is looked into; for larger ones an expression is false. */
    public static final int RECORD_BYTES_MAX = 256 << 10;

    private static final StreamRecord SAMPLE =
            new StreamRecord(0, 0, null, "{\"t\":1}".getBytes(StandardCharsets.UTF_8), List.of());

    private final String text;
    private volatile CelRuntime.Program program;

    /**
     * An expression that is not checked yet, but for its size.
     *
     * @throws MillraceException INVALID_REQUEST
     */
    public WhereExpression(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length > TEXT_BYTES_MAX) {
            throw wrong("the expression has more than " + TEXT_BYTES_MAX + " bytes; shorten it");
        }
        if (text.isBlank()) {
            throw wrong("the expression is empty; write one, such as value.t > 30.0, or leave the parameter out");
        }
        this.text = text;
    }

    /** The text as the client wrote it. */
    public String text() {
        return text;
    }

    /** Whether {@link #compile} has succeeded. */
    public boolean isCompiled() {
        return program != null;
    }

    /**
     * Checks and compiles the expression, once. Takes milliseconds; much longer for the first expression of a process.
     *
     * @throws MillraceException INVALID_REQUEST whose message says where the expression is wrong
     */
    public void compile() {
        if (program == null) {
            CelRuntime.Program compiled = WhereLanguage.get().compile(text);
            // Has the JVM load here what an evaluation needs, and not on an event loop.
            evaluate(compiled, new RecordVariables(0).of(SAMPLE));
            program = compiled;
        }
    }

    /** Whether it is true; null when it cannot be said: something is missing, of another type, or not decodable. */
    Boolean evaluate(RecordVariables variables) {
        return evaluate(program, variables);
    }

    private static Boolean evaluate(CelRuntime.Program program, RecordVariables variables) {
        try {
            // Anything else stands for what is not known, such as a value that is not JSON.
            return program.eval(variables) instanceof Boolean result ? result : null;
        } catch (CelEvaluationException | RuntimeException e) {
            return null;
        }
    }

    static MillraceException wrong(String what) {
        return new MillraceException(ErrorCode.INVALID_REQUEST, "where: " + what);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WhereExpression expression && text.equals(expression.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
