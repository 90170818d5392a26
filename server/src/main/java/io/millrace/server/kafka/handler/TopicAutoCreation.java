package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.ErrorCode;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.InternalTopics;
import io.millrace.cluster.metadata.NewTopic;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.metadata.TopicName;
import io.vertx.core.Future;
import java.util.Map;

/** Creates topics on their first use, with the defaults of the configuration. */
final class TopicAutoCreation {

    private static final int CONFIGURED_DEFAULT = -1;

    private final Controller controller;
    private final boolean enabled;

    TopicAutoCreation(Controller controller, ClusterConfig config) {
        this.controller = controller;
        this.enabled = config.autoCreateTopics();
    }

    /**
     * The topic, created if need be.
     *
     * @param asked whether the client wants that
     * @param unknown what to fail with when the topic is not to be created
     */
    Future<TopicMetadata> create(String name, boolean asked, Throwable unknown) {
        try {
            // A name that can never exist deserves another answer than one that does not exist yet.
            TopicName.validate(name);
        } catch (MillraceException invalid) {
            return Future.failedFuture(invalid);
        }
        if (!enabled || !asked || InternalTopics.contains(name)) {
            return Future.failedFuture(unknown);
        }
        return controller
                .createTopic(new NewTopic(name, CONFIGURED_DEFAULT, CONFIGURED_DEFAULT, Map.of()), false)
                .recover(failure -> isAlreadyThere(failure)
                        ? Future.succeededFuture(new TopicLookup(controller.image()).byName(name))
                        : Future.failedFuture(failure));
    }

    /** Another client was quicker. */
    private static boolean isAlreadyThere(Throwable failure) {
        return failure instanceof MillraceException answer && answer.code() == ErrorCode.TOPIC_ALREADY_EXISTS;
    }
}
