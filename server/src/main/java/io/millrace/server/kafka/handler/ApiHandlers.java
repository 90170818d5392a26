package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.replication.ReplicaFetchService;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.ApiKeys;

/** The table of the APIs that a listener serves: what is in it is advertised, what is not is refused. Immutable. */
public final class ApiHandlers {

    private final Map<ApiKeys, ApiHandler<?>> byKey = new EnumMap<>(ApiKeys.class);

    private ApiHandlers(Collection<? extends ApiHandler<?>> handlers) {
        for (ApiHandler<?> handler : handlers) {
            if (byKey.put(handler.apiKey(), handler) != null) {
                throw new IllegalArgumentException(handler.apiKey() + " is served twice");
            }
        }
    }

    /**
     * What clients are served.
     *
     * @param fetchMaxBytes bound on one fetch answer
     */
    public static ApiHandlers forClients(ClusterNode node, int fetchMaxBytes) {
        Controller controller = node.controller();
        PartitionService partitions = node.partitions();
        ClusterConfig config = node.config();
        ApiHandlers handlers = new ApiHandlers(List.of(
                new ProduceHandler(controller, partitions),
                new FetchHandler(controller, partitions, fetchMaxBytes),
                new ListOffsetsHandler(controller, partitions),
                new MetadataHandler(controller, config),
                new FindCoordinatorHandler(),
                new CreateTopicsHandler(controller, config),
                new DeleteTopicsHandler(controller),
                new InitProducerIdHandler(node.producerIds()),
                new DescribeConfigsHandler(controller, config),
                new DescribeClusterHandler(controller)));
        handlers.byKey.put(ApiKeys.API_VERSIONS, new ApiVersionsHandler(handlers));
        return handlers;
    }

    /**
     * What other nodes are served. They send fixed versions and do not ask for them.
     *
     * @param apis APIs whose answers are plain messages; Fetch among them is that of the metadata quorum
     * @param replicas answers all other Fetch requests
     * @param image the cluster, to find topics by their ids
     */
    public static ApiHandlers forPeers(List<PeerApi> apis, ReplicaFetchService replicas, Supplier<ClusterImage> image) {
        ReplicaFetchHandler replicaFetch = new ReplicaFetchHandler(replicas, image);
        ApiHandlers handlers = forPeers(apis);
        handlers.byKey.put(
                ApiKeys.FETCH,
                apis.stream()
                        .filter(api -> api.apiKey() == ApiKeys.FETCH)
                        .findFirst()
                        .<ApiHandler<?>>map(metadata -> new PeerFetchHandler(metadata, replicaFetch))
                        .orElse(replicaFetch));
        return handlers;
    }

    /** What other nodes are served by a node without replicas. */
    public static ApiHandlers forPeers(List<PeerApi> apis) {
        return new ApiHandlers(apis.stream().map(PeerApiHandler::new).toList());
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
