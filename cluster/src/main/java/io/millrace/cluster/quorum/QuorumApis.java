package io.millrace.cluster.quorum;

import io.millrace.cluster.peer.PeerApi;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.feature.SupportedVersionRange;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.raft.RaftUtil;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.KRaftVersion;

/** The rows of the node-to-node listener that belong to the quorum. Event loops. */
final class QuorumApis {

    private static final List<ApiKeys> OF_THE_CLIENT = List.of(
            ApiKeys.VOTE,
            ApiKeys.BEGIN_QUORUM_EPOCH,
            ApiKeys.END_QUORUM_EPOCH,
            ApiKeys.FETCH,
            ApiKeys.FETCH_SNAPSHOT,
            ApiKeys.REMOVE_RAFT_VOTER,
            ApiKeys.UPDATE_RAFT_VOTER,
            ApiKeys.DESCRIBE_QUORUM);

    private final QuorumSettings settings;
    private final QuorumView view;
    private final QuorumRequests requests;

    /** The last voter that was to be added: the next one is looked at when that is done, so that there are never too many. */
    private Future<Void> lastAdded = Future.succeededFuture();

    QuorumApis(QuorumSettings settings, QuorumView view, QuorumRequests requests) {
        this.settings = settings;
        this.view = view;
        this.requests = requests;
    }

    List<PeerApi> rows() {
        List<PeerApi> rows = new ArrayList<>();
        OF_THE_CLIENT.forEach(api -> rows.add(row(api, (version, request) -> handle(api, version, request))));
        rows.add(row(ApiKeys.ADD_RAFT_VOTER, this::addVoter));
        rows.add(row(ApiKeys.API_VERSIONS, (version, request) -> Future.succeededFuture(versions())));
        return List.copyOf(rows);
    }

    /** The same for a request of this node to itself. Any thread. */
    Future<ApiMessage> handleLocally(short version, ApiMessage request) {
        ApiKeys api = ApiKeys.forId(request.apiKey());
        return api == ApiKeys.ADD_RAFT_VOTER ? addVoter(version, request) : handle(api, version, request);
    }

    /** Only the version that all nodes send. */
    private static PeerApi row(ApiKeys api, PeerApi.Handler handler) {
        short version = QuorumProtocol.version(api);
        return new PeerApi(api, version, version, handler);
    }

    /** The Raft client ends when it gets some errors, and makes much ado about others: whatever is wrong here, it is told to try later. */
    private Future<ApiMessage> handle(ApiKeys api, short version, ApiMessage request) {
        Future<ApiMessage> answer =
                requests.isOpen() && view.isCredible(request) ? requests.handle(version, request) : requests.refuse();
        return api == ApiKeys.DESCRIBE_QUORUM
                ? answer
                : answer.otherwise(failure -> RaftUtil.errorResponse(api, Errors.BROKER_NOT_AVAILABLE));
    }

    static boolean isMetadataFetch(FetchRequestData request) {
        return request.topics().stream().anyMatch(topic -> topic.topicId().equals(QuorumLog.TOPIC_ID));
    }

    /** Asked by the leader of a node that is to become a voter: whether it knows about voters that come and go. */
    private static ApiVersionsResponseData versions() {
        SupportedVersionRange supported = Feature.KRAFT_VERSION.supportedVersionRange();
        ApiVersionsResponseData.SupportedFeatureKeyCollection features =
                new ApiVersionsResponseData.SupportedFeatureKeyCollection();
        features.add(new ApiVersionsResponseData.SupportedFeatureKey()
                .setName(KRaftVersion.FEATURE_NAME)
                .setMinVersion(supported.min())
                .setMaxVersion(supported.max()));
        return new ApiVersionsResponseData().setSupportedFeatures(features);
    }

    private synchronized Future<ApiMessage> addVoter(short version, ApiMessage request) {
        Promise<Void> done = Promise.promise();
        Future<ApiMessage> answer = lastAdded
                .compose(ignored -> isFull(((AddRaftVoterRequestData) request).voterId())
                        ? Future.succeededFuture(full())
                        : handle(ApiKeys.ADD_RAFT_VOTER, version, request))
                .onComplete(ignored -> done.complete());
        lastAdded = done.future();
        return answer;
    }

    private boolean isFull(int newVoter) {
        if (!view.isLeader()) {
            return false;
        }
        Set<Integer> voters = view.voters().voterIds();
        return voters.size() >= settings.voters() && !voters.contains(newVoter);
    }

    private ApiMessage full() {
        return RaftUtil.addVoterResponse(
                Errors.POLICY_VIOLATION,
                "there are " + settings.voters() + " voters already, as many as cluster.voters of the leader says");
    }
}
