package io.millrace.websocket.filter;

import io.millrace.cluster.error.MillraceException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The expressions that were asked for last, so that followers with the same one, and those that come back, need not have it
 * compiled again. Bounded. Thread-safe.
 */
public final class WhereExpressions {

    /** Compiled ones take some ten kilobytes each. */
    private static final int EXPRESSIONS_MAX = 1_000;

    private final int expressionsMax;
    private final Map<String, WhereExpression> recent = new LinkedHashMap<>(16, 0.75f, true);

    public WhereExpressions() {
        this(EXPRESSIONS_MAX);
    }

    WhereExpressions(int expressionsMax) {
        this.expressionsMax = expressionsMax;
    }

    /** The expression that is known by this text, or the one that was given; compiled ones only are kept. */
    public synchronized WhereExpression known(WhereExpression expression) {
        return recent.getOrDefault(expression.text(), expression);
    }

    /**
     * Compiles, on this thread, and keeps what is right.
     *
     * @throws MillraceException INVALID_REQUEST whose message says where the expression is wrong
     */
    public void compile(WhereExpression expression) {
        expression.compile();
        synchronized (this) {
            recent.put(expression.text(), expression);
            if (recent.size() > expressionsMax) {
                recent.remove(recent.keySet().iterator().next());
            }
        }
    }

    synchronized int size() {
        return recent.size();
    }
}
