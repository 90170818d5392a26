package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.partition.FetchCommand;
import io.millrace.cluster.partition.FetchedPartition;
import io.millrace.cluster.partition.Isolation;
import io.millrace.cluster.partition.PartitionService;
import io.millrace.storage.ReadResult;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;

/**
 * Reads record batches, waiting for data as long as the client allows. Fetch sessions (KIP-227) are not offered: every answer
 * has session id 0, which tells the client to name all its partitions each time.
 */
final class FetchHandler implements ApiHandler<FetchRequest> {

    /**
     * The longest wait. A parked fetch cannot be taken back when its connection closes, so a client that asks for hours and
     * goes away would otherwise leave something behind each time.
     */
    static final int MAX_WAIT_MS_MAX = 60_000;

    /** From this version on a client tells its rack, and can be told of another replica (KIP-392). */
    private static final short RACK_VERSION = 11;

    private final Controller controller;
    private final PartitionService partitions;
    private final int maxBytesMax;
    private final boolean followerReads;

    /** @param followerReads whether followers answer, and leaders send clients to those in their rack */
    FetchHandler(Controller controller, PartitionService partitions, int maxBytesMax, boolean followerReads) {
        this.followerReads = followerReads;
        this.controller = controller;
        this.partitions = partitions;
        this.maxBytesMax = maxBytesMax;
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
        if (isIncremental(body.metadata())) {
            return Future.failedFuture(Errors.FETCH_SESSION_ID_NOT_FOUND.exception());
        }
        if (body.isFromFollower()) {
            return Future.failedFuture(Errors.INVALID_REQUEST.exception("Replicas do not fetch on the Kafka port."));
        }
        boolean committed = body.isolationLevel() == IsolationLevel.READ_COMMITTED;
        FetchPlan plan = new FetchPlan(body, new TopicLookup(controller.image()));
        if (plan.commands().isEmpty()) {
            return Future.succeededFuture(ApiResponse.of(plan.response(List.of(), committed)));
        }
        FetchCommand command = new FetchCommand(
                plan.commands(),
                // An error is told at once, whatever the other partitions wait for.
                plan.hasErrors() ? 0 : Math.min(Math.max(body.maxWait(), 0), MAX_WAIT_MS_MAX),
                Math.min(Math.max(body.minBytes(), 0), maxBytesMax),
                Math.min(Math.max(body.maxBytes(), 0), maxBytesMax),
                committed ? Isolation.READ_COMMITTED : Isolation.READ_UNCOMMITTED,
                followerReads && request.version() >= RACK_VERSION ? body.rackId() : null);
        return partitions.fetch(command).map(fetched -> answer(plan, fetched, committed));
    }

    private static ApiResponse answer(FetchPlan plan, List<FetchedPartition> fetched, boolean committed) {
        List<ReadResult> records = new ArrayList<>(fetched.size());
        for (FetchedPartition partition : fetched) {
            records.add(partition.records());
        }
        return new ApiResponse.Answer(plan.response(fetched, committed), records);
    }

    /** Whether the request goes on with a session; epochs 0 and -1 stand for a full request. */
    private static boolean isIncremental(FetchMetadata session) {
        return !session.isFull();
    }
}
