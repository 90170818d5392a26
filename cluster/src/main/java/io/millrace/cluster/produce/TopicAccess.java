package io.millrace.cluster.produce;

import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.metadata.TopicMetadata;
import io.vertx.core.Future;
import java.util.Map;

/** Finds the topic of a write, and makes it on its first use when the configuration allows that. */
public final class TopicAccess {

    private final Controller controller;
    private final boolean autoCreate;

    public TopicAccess(Controller controller, boolean autoCreate) {
        this.controller = controller;
        this.autoCreate = autoCreate;
    }

    /** The topic, or null. */
    public TopicMetadata find(String name) {
        return controller.image().topics().get(name);
    }

    /** Makes the topic, unless another request was faster; fails with UNKNOWN_TOPIC_OR_PARTITION when writes may not. */
    public Future<TopicMetadata> create(String name) {
        if (!autoCreate) {
            return Future.failedFuture(new MillraceException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "no topic '" + name + "'; create it with POST /topics, or let writes create topics"
                            + " (topics.autoCreate)"));
        }
        return controller
                .createTopic(new NewTopic(name, -1, -1, Map.of()), false)
                .recover(failure -> {
                    TopicMetadata byOther = find(name);
                    return byOther != null ? Future.succeededFuture(byOther) : Future.failedFuture(failure);
                });
    }
}
