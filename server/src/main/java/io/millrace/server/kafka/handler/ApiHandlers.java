package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.ClusterAdmin;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.OnceAppender;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.cluster.peer.PeerApi;
import io.millrace.cluster.replication.ReplicaFetchService;
import io.millrace.cluster.transaction.Transactions;
import io.millrace.server.kafka.quota.ClientQuotas;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
     * @param quotas what clients may use
     */
    public static ApiHandlers forClients(ClusterNode node, ClientLimits limits, ClientQuotas quotas) {
        Controller controller = node.controller();
        PartitionService partitions = node.partitions();
        ClusterAdmin admin = node.admin();
        ClusterConfig config = node.config();
        Transactions transactions = node.transactions();
        ConfigAlterations alterations = new ConfigAlterations(controller, admin, config);
        List<ApiHandler<?>> rows = new ArrayList<>(List.of(
                ProduceHandler.forClients(controller, partitions),
                FetchHandler.forClients(node, limits, quotas),
                new ListOffsetsHandler(controller, partitions),
                new MetadataHandler(controller, config),
                new FindCoordinatorHandler(controller, node.groups(), transactions.coordinator(), node.shareStates()),
                new CreateTopicsHandler(controller, config),
                new DeleteTopicsHandler(controller),
                new InitProducerIdHandler(node.producerIds(), transactions.coordinator()),
                new AddPartitionsToTxnHandler(controller, transactions.coordinator()),
                new AddOffsetsToTxnHandler(node.groups(), transactions.coordinator()),
                new EndTxnHandler(transactions.coordinator()),
                new WriteTxnMarkersHandler(transactions.apis()),
                new DescribeTransactionsHandler(transactions.coordinator()),
                new ListTransactionsHandler(transactions.coordinator()),
                new DescribeProducersHandler(controller, node.localPartitions()),
                new DeleteRecordsHandler(controller, partitions, config),
                new OffsetForLeaderEpochHandler(controller, partitions),
                new DescribeConfigsHandler(controller, config, limits, node.groupSettings()),
                new AlterConfigsHandler(alterations),
                new DescribeLogDirsHandler(node),
                new CreatePartitionsHandler(controller),
                new ElectLeadersHandler(controller, admin),
                new IncrementalAlterConfigsHandler(alterations),
                new AlterPartitionReassignmentsHandler(controller, admin),
                new ListPartitionReassignmentsHandler(admin),
                new DescribeClientQuotasHandler(controller),
                new AlterClientQuotasHandler(admin),
                new DescribeQuorumHandler(admin),
                new UpdateFeaturesHandler(admin),
                new DescribeClusterHandler(controller),
                new UnregisterBrokerHandler(admin),
                new ListConfigResourcesHandler(controller),
                new DescribeTopicPartitionsHandler(controller)));
        rows.addAll(GroupApis.of(node.groups(), controller));
        rows.addAll(StreamsGroupApis.of(node.groups(), controller));
        rows.add(new ShareFetchHandler(controller, node.shareGroups(), limits.fetchMaxBytes()));
        rows.add(new ShareAcknowledgeHandler(controller, node.shareGroups()));
        rows.addAll(ShareGroupApis.of(node.groups(), node.shareStates(), controller));
        ApiHandlers handlers = new ApiHandlers(rows);
        handlers.byKey.put(ApiKeys.API_VERSIONS, new ApiVersionsHandler(handlers, controller));
        return handlers;
    }

    /**
     * What other nodes are served: the quorum, the controller, replicas, and what they ask on behalf of their own clients. They send fixed
     * versions and do not ask for them.
     *
     * @param apis APIs whose answers are plain messages; Fetch among them is that of the metadata quorum
     * @param replicas answers the Fetch requests of replicas
     * @param once appends with idempotency keys
     * @param fetchMaxBytes bound on one fetch answer for a client
     */
    public static ApiHandlers forPeers(
            List<PeerApi> apis,
            ReplicaFetchService replicas,
            PartitionService partitions,
            OnceAppender once,
            Controller controller,
            int fetchMaxBytes) {
        ApiHandlers handlers = forPeers(apis);
        handlers.byKey.put(ApiKeys.PRODUCE, ProduceHandler.forPeers(controller, partitions, once));
        handlers.byKey.put(ApiKeys.LIST_OFFSETS, new ListOffsetsHandler(controller, partitions));
        handlers.byKey.put(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(controller, partitions));
        handlers.byKey.put(
                ApiKeys.FETCH,
                new PeerFetchHandler(
                        metadataFetch(apis),
                        new ReplicaFetchHandler(replicas, controller::image),
                        FetchHandler.forPeers(controller, partitions, fetchMaxBytes)));
        return handlers;
    }

    private static Optional<PeerApiHandler> metadataFetch(List<PeerApi> apis) {
        return apis.stream()
                .filter(api -> api.apiKey() == ApiKeys.FETCH)
                .findFirst()
                .map(PeerApiHandler::new);
    }

    /** What other nodes are served by a node without partitions. */
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
