package io.millrace.server.kafka.handler;

import io.millrace.cluster.ClusterConfig;
import io.millrace.cluster.error.MillraceException;
import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.metadata.TopicMetadata;
import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseBroker;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.MetadataRequest;

/**
 * Lists brokers and topics. A topic that does not exist is created when the client and the configuration allow it; the answer
 * waits for that, so that the client sees the new topic and need not ask again.
 */
final class MetadataHandler implements ApiHandler<MetadataRequest> {

    private final Controller controller;
    private final TopicAutoCreation autoCreation;

    MetadataHandler(Controller controller, ClusterConfig config) {
        this.controller = controller;
        this.autoCreation = new TopicAutoCreation(controller, config);
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.METADATA;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 13;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<MetadataRequest> request) {
        MetadataRequest body = request.body();
        MetadataRows rows = new MetadataRows(controller.image(), body.data().includeTopicAuthorizedOperations());
        if (body.isAllTopics()) {
            List<MetadataResponseTopic> all = controller.image().topics().values().stream()
                    .sorted(Comparator.comparing(TopicMetadata::name))
                    .map(rows::topic)
                    .toList();
            return Future.succeededFuture(response(body, all));
        }
        List<Future<MetadataResponseTopic>> topics = new ArrayList<>();
        for (MetadataRequestTopic topic : body.data().topics()) {
            topics.add(find(topic, body.allowAutoTopicCreation())
                    .map(rows::topic)
                    .otherwise(failure -> rows.error(topic, failure)));
        }
        return Future.join(topics).map(all -> response(body, all.list()));
    }

    private Future<TopicMetadata> find(MetadataRequestTopic topic, boolean mayCreate) {
        boolean byId = topic.name() == null || !topic.topicId().equals(Uuid.ZERO_UUID);
        try {
            return Future.succeededFuture(
                    new TopicLookup(controller.image()).find(byId, topic.topicId(), topic.name()));
        } catch (MillraceException unknown) {
            return byId ? Future.failedFuture(unknown) : autoCreation.create(topic.name(), mayCreate, unknown);
        }
    }

    private ApiResponse response(MetadataRequest request, List<MetadataResponseTopic> topics) {
        ClusterImage image = controller.image();
        MetadataResponseData response = new MetadataResponseData()
                .setClusterId(KafkaIds.toKafka(image.clusterId()).toString())
                .setControllerId(image.controllerId());
        for (BrokerMetadata broker : image.liveBrokers()) {
            response.brokers()
                    .add(new MetadataResponseBroker()
                            .setNodeId(broker.nodeId())
                            .setHost(broker.host())
                            .setPort(broker.port())
                            .setRack(broker.rack()));
        }
        topics.forEach(response.topics()::add);
        if (request.data().includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(AuthorizedOperations.OF_CLUSTER);
        }
        return ApiResponse.of(response);
    }
}
