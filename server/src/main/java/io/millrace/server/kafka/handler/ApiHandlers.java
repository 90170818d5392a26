package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.PartitionService;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.ApiKeys;

/** The table of the APIs that are served: what is in it is advertised, what is not is refused. Immutable. */
public final class ApiHandlers {

    private final Map<ApiKeys, ApiHandler<?>> byKey = new EnumMap<>(ApiKeys.class);

    /**
     * All APIs, for one node.
     *
     * @param fetchMaxBytes bound on one fetch answer
     */
    public ApiHandlers(ClusterNode node, int fetchMaxBytes) {
        Controller controller = node.controller();
        PartitionService partitions = node.partitions();
        ClusterConfig config = node.config();
        List.<ApiHandler<?>>of(
                        new ProduceHandler(controller, partitions),
                        new FetchHandler(controller, partitions, fetchMaxBytes),
                        new ListOffsetsHandler(controller, partitions),
                        new MetadataHandler(controller, config),
                        new FindCoordinatorHandler(),
                        new ApiVersionsHandler(this),
                        new CreateTopicsHandler(controller, config),
                        new DeleteTopicsHandler(controller),
                        new InitProducerIdHandler(node.producerIds()),
                        new DescribeConfigsHandler(controller, config),
                        new DescribeClusterHandler(controller))
                .forEach(handler -> byKey.put(handler.apiKey(), handler));
    }

    /** The handler of an API, or null when it is not served. */
    public ApiHandler<?> get(ApiKeys apiKey) {
        return byKey.get(apiKey);
    }

    /** All handlers in the order of their keys. */
    public Collection<ApiHandler<?>> all() {
        return byKey.values();
    }
}
