package io.millrace.websocket.subscription;

import io.millrace.storage.TopicPartition;
import io.millrace.websocket.auth.ClientIdentity;
import io.millrace.websocket.filter.WhereExpression;
import io.millrace.websocket.filter.WhereExpressions;
import io.millrace.websocket.protocol.WireForm;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * The way from parameters to a {@link Subscription}, for requests with a query string and for messages. Never blocks; any event loop.
 */
public final class SubscriptionOpening {

    private final Vertx vertx;
    private final SubscriptionResolver resolver;
    private final WhereExpressions expressions = new WhereExpressions();

    public SubscriptionOpening(Vertx vertx, SubscriptionResolver resolver) {
        this.vertx = vertx;
        this.resolver = resolver;
    }

    /** Parameters with everything known that it takes to resolve them. */
    public record Ready(StreamParameters parameters, List<TopicPartition> selected) {}

    /** As {@link #prepare(StreamParameters, ClientIdentity)}, for whoever may read everything. */
    public Future<Ready> prepare(StreamParameters asked) {
        return prepare(asked, ClientIdentity.ANONYMOUS);
    }

    /**
     * Finds the partitions that the client may read, learns what is to be known of them, and has the filter's expression compiled. Complete at once where nothing
     * has to be waited for.
     *
     * @throws io.millrace.cluster.error.MillraceException UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST,
     *     TOPIC_AUTHORIZATION_FAILED, GROUP_AUTHORIZATION_FAILED
     */
    public Future<Ready> prepare(StreamParameters asked, ClientIdentity client) {
        ReadRights.check(asked, client);
        List<TopicPartition> selected = ReadRights.readable(resolver.select(asked), client);
        Future<Void> known = resolver.prepare(selected);
        WhereExpression where = asked.shape().filter().where();
        if (where == null) {
            return known.map(new Ready(asked, selected));
        }
        WhereExpression expression = expressions.known(where);
        Ready ready = new Ready(asked.withWhere(expression), selected);
        if (expression.isCompiled()) {
            return known.map(ready);
        }
        return known.compose(v -> vertx.executeBlocking(() -> {
            expressions.compile(expression);
            return ready;
        }));
    }

    /** Decides where each partition starts; see {@link SubscriptionResolver#resolve}. */
    public Future<Subscription> resolve(Ready ready, WireForm form, boolean deflated) {
        return resolver.resolve(ready.selected(), ready.parameters().form(form), deflated, ready.parameters());
    }
}
