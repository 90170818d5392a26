package io.millrace.cluster.controller;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.apache.kafka.common.message.AllocateProducerIdsResponseData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData.EntryData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.AlterPartitionResponseData;
import org.apache.kafka.common.message.AssignReplicasToDirsResponseData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsResponseData.DeletableTopicResult;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * Where an answer says that the request as a whole failed: most messages have an error code at the top; those that only have one for
 * each item carry the same one in all.
 */
final class AnswerCodes {

    private static final Map<Class<?>, Function<ApiMessage, Errors>> BY_MESSAGE = new HashMap<>();

    static {
        top(BrokerRegistrationResponseData.class, BrokerRegistrationResponseData::errorCode);
        top(BrokerHeartbeatResponseData.class, BrokerHeartbeatResponseData::errorCode);
        top(UnregisterBrokerResponseData.class, UnregisterBrokerResponseData::errorCode);
        top(AlterPartitionResponseData.class, AlterPartitionResponseData::errorCode);
        top(AssignReplicasToDirsResponseData.class, AssignReplicasToDirsResponseData::errorCode);
        top(AllocateProducerIdsResponseData.class, AllocateProducerIdsResponseData::errorCode);
        top(ElectLeadersResponseData.class, ElectLeadersResponseData::errorCode);
        top(AlterPartitionReassignmentsResponseData.class, AlterPartitionReassignmentsResponseData::errorCode);
        top(ListPartitionReassignmentsResponseData.class, ListPartitionReassignmentsResponseData::errorCode);
        items(CreateTopicsResponseData.class, CreateTopicsResponseData::topics, CreatableTopicResult::errorCode);
        items(DeleteTopicsResponseData.class, DeleteTopicsResponseData::responses, DeletableTopicResult::errorCode);
        items(
                CreatePartitionsResponseData.class,
                CreatePartitionsResponseData::results,
                CreatePartitionsTopicResult::errorCode);
        items(
                IncrementalAlterConfigsResponseData.class,
                IncrementalAlterConfigsResponseData::responses,
                AlterConfigsResourceResponse::errorCode);
        items(AlterClientQuotasResponseData.class, AlterClientQuotasResponseData::entries, EntryData::errorCode);
        // Has words for other errors, which are told.
        BY_MESSAGE.put(
                UpdateFeaturesResponseData.class,
                answer -> ((UpdateFeaturesResponseData) answer).errorCode() == Errors.NOT_CONTROLLER.code()
                        ? Errors.NOT_CONTROLLER
                        : Errors.NONE);
    }

    private AnswerCodes() {}

    /** The error of the whole request, NONE when it was carried out, whatever became of its items. */
    static Errors ofWhole(ApiMessage answer) {
        Function<ApiMessage, Errors> known = BY_MESSAGE.get(answer.getClass());
        if (known == null) {
            throw new IllegalArgumentException("Not an answer of a controller: " + answer.getClass());
        }
        return known.apply(answer);
    }

    private static <T extends ApiMessage> void top(Class<T> message, ToIntFunction<T> code) {
        BY_MESSAGE.put(message, answer -> Errors.forCode((short) code.applyAsInt(message.cast(answer))));
    }

    private static <T extends ApiMessage, I> void items(
            Class<T> message, Function<T, Collection<I>> items, ToIntFunction<I> code) {
        BY_MESSAGE.put(message, answer -> {
            boolean refused = items.apply(message.cast(answer)).stream()
                    .anyMatch(item -> code.applyAsInt(item) == Errors.NOT_CONTROLLER.code());
            return refused ? Errors.NOT_CONTROLLER : Errors.NONE;
        });
    }
}
