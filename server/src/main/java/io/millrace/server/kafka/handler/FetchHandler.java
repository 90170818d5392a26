package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterNode;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.FetchCommand;
import io.millrace.cluster.partition.FetchedPartition;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.server.kafka.quota.ClientQuotas;
import io.millrace.server.kafka.quota.QuotaKind;
import io.millrace.storage.ReadResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;

/** Reads record batches, waiting for data as long as the client allows, within its fetch session if it has one. */
final class FetchHandler implements ApiHandler<FetchRequest> {

    /**
     * The longest wait. A parked fetch cannot be taken back when its connection closes, so a client that asks for hours and
     * goes away would otherwise leave something behind each time.
     */
    static final int MAX_WAIT_MS_MAX = 60_000;

    /** From this version on a client tells its rack, and can be told of another replica (KIP-392). */
    private static final short RACK_VERSION = 11;

    /** From this version on topics are named by id (KIP-516). */
    private static final short TOPIC_ID_VERSION = 13;

    private final Controller controller;
    private final PartitionService partitions;
    private final int maxBytesMax;
    private final boolean followerReads;
    private final ClientFetchSessions sessions;

    /** Null for those who have none. */
    private final ClientQuotas quotas;

    private FetchHandler(
            Controller controller,
            PartitionService partitions,
            int maxBytesMax,
            boolean followerReads,
            int maxSessions,
            ClientQuotas quotas) {
        this.followerReads = followerReads;
        this.controller = controller;
        this.partitions = partitions;
        this.maxBytesMax = maxBytesMax;
        this.sessions = new ClientFetchSessions(maxSessions, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
        this.quotas = quotas;
    }

    /** For consumers; where the configuration says so, followers answer, and leaders send clients to those in their rack. */
    static FetchHandler forClients(ClusterNode node, ClientLimits limits, ClientQuotas quotas) {
        return new FetchHandler(
                node.controller(),
                node.partitions(),
                limits.fetchMaxBytes(),
                node.config().peers().followerReads(),
                limits.maxFetchSessions(),
                quotas);
    }

    /** For other nodes that read for their own clients: from leaders, without sessions and quotas. */
    static FetchHandler forPeers(Controller controller, PartitionService partitions, int maxBytesMax) {
        return new FetchHandler(controller, partitions, maxBytesMax, false, 0, null);
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.FETCH;
    }

    @Override
    public short minVersion() {
        return 4;
    }

    @Override
    public short maxVersion() {
        return 18;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<FetchRequest> request) {
        FetchRequest body = request.body();
        if (body.isFromFollower()) {
            return Future.failedFuture(Errors.INVALID_REQUEST.exception("Replicas do not fetch on the Kafka port."));
        }
        boolean committed = body.isolationLevel() == IsolationLevel.READ_COMMITTED;
        boolean byId = request.version() >= TOPIC_ID_VERSION;
        ClientFetchSessions.Turn turn = sessions.begin(body.data(), byId);
        FetchPlan plan = new FetchPlan(turn.topics(), byId, new TopicLookup(controller.image()));
        if (plan.commands().isEmpty()) {
            return Future.succeededFuture(ApiResponse.of(turn.answer(plan.rows(List.of(), committed))));
        }
        FetchCommand command = new FetchCommand(
                plan.commands(),
                // An error is told at once, whatever the other partitions wait for.
                plan.hasErrors() ? 0 : Math.min(Math.max(body.maxWait(), 0), MAX_WAIT_MS_MAX),
                Math.min(Math.max(body.minBytes(), 0), maxBytesMax),
                Math.min(Math.max(body.maxBytes(), 0), maxBytesMax(request)),
                committed ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED,
                followerReads && request.version() >= RACK_VERSION ? body.rackId() : null);
        return partitions.fetch(command).map(fetched -> answer(turn, plan, fetched, committed));
    }

    private int maxBytesMax(ApiRequest<FetchRequest> request) {
        return quotas == null
                ? maxBytesMax
                : Math.min(
                        maxBytesMax,
                        quotas.maxAtOnce(QuotaKind.FETCH, request.header().clientId()));
    }

    private static ApiResponse answer(
            ClientFetchSessions.Turn turn, FetchPlan plan, List<FetchedPartition> fetched, boolean committed) {
        List<ReadResult> records = new ArrayList<>(fetched.size());
        for (FetchedPartition partition : fetched) {
            records.add(partition.records());
        }
        return new ApiResponse.Answer(turn.answer(plan.rows(fetched, committed)), records);
    }
}
