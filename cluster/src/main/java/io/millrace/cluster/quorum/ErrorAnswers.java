package io.millrace.cluster.quorum;

import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.BeginQuorumEpochResponseData;
import org.apache.kafka.common.message.EndQuorumEpochResponseData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.message.UpdateRaftVoterResponseData;
import org.apache.kafka.common.message.VoteResponseData;
import org.apache.kafka.common.protocol.ApiMessage;

/** Tells answers that carry an error. The Raft client repeats some requests at once when they fail: such an answer has to be slow. */
final class ErrorAnswers {

    private ErrorAnswers() {}

    static boolean isError(ApiMessage answer) {
        if (answer instanceof FetchResponseData fetch) {
            return fetch.errorCode() != 0
                    || fetch.responses().stream()
                            .anyMatch(topic -> topic.partitions().stream().anyMatch(each -> each.errorCode() != 0));
        }
        if (answer instanceof VoteResponseData vote) {
            return vote.errorCode() != 0
                    || vote.topics().stream()
                            .anyMatch(topic -> topic.partitions().stream().anyMatch(each -> each.errorCode() != 0));
        }
        if (answer instanceof BeginQuorumEpochResponseData begin) {
            return begin.errorCode() != 0
                    || begin.topics().stream()
                            .anyMatch(topic -> topic.partitions().stream().anyMatch(each -> each.errorCode() != 0));
        }
        if (answer instanceof EndQuorumEpochResponseData end) {
            return end.errorCode() != 0
                    || end.topics().stream()
                            .anyMatch(topic -> topic.partitions().stream().anyMatch(each -> each.errorCode() != 0));
        }
        if (answer instanceof FetchSnapshotResponseData snapshot) {
            return snapshot.errorCode() != 0
                    || snapshot.topics().stream()
                            .anyMatch(topic -> topic.partitions().stream().anyMatch(each -> each.errorCode() != 0));
        }
        return isErrorOfOneCode(answer);
    }

    private static boolean isErrorOfOneCode(ApiMessage answer) {
        if (answer instanceof AddRaftVoterResponseData add) {
            return add.errorCode() != 0;
        }
        if (answer instanceof RemoveRaftVoterResponseData remove) {
            return remove.errorCode() != 0;
        }
        if (answer instanceof UpdateRaftVoterResponseData update) {
            return update.errorCode() != 0;
        }
        return answer instanceof ApiVersionsResponseData versions && versions.errorCode() != 0;
    }
}
