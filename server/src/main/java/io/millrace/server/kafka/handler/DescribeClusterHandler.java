package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.millrace.cluster.peer.KafkaIds;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClusterRequest;

/** Lists the brokers (KIP-700), those that are taken for dead only when asked for (KIP-1073). */
final class DescribeClusterHandler implements ApiHandler<DescribeClusterRequest> {

    private static final byte ENDPOINT_TYPE_BROKERS = 1;

    private final Controller controller;

    DescribeClusterHandler(Controller controller) {
        this.controller = controller;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.DESCRIBE_CLUSTER;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 2;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<DescribeClusterRequest> request) {
        if (request.body().data().endpointType() != ENDPOINT_TYPE_BROKERS) {
            return Future.failedFuture(Errors.MISMATCHED_ENDPOINT_TYPE.exception(
                    "This is a broker endpoint: connect with bootstrap.servers, not bootstrap.controllers."));
        }
        ClusterImage image = controller.image();
        DescribeClusterResponseData response = new DescribeClusterResponseData()
                .setClusterId(KafkaIds.toKafka(image.clusterId()).toString())
                .setControllerId(image.controllerId());
        boolean all = request.body().data().includeFencedBrokers();
        List<BrokerMetadata> brokers = all
                ? image.brokers().values().stream()
                        .sorted(Comparator.comparingInt(BrokerMetadata::nodeId))
                        .toList()
                : image.liveBrokers();
        for (BrokerMetadata broker : brokers) {
            response.brokers()
                    .add(new DescribeClusterBroker()
                            .setIsFenced(all && broker.fenced())
                            .setBrokerId(broker.nodeId())
                            .setHost(broker.host())
                            .setPort(broker.port())
                            .setRack(broker.rack()));
        }
        if (request.body().data().includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(AuthorizedOperations.OF_CLUSTER);
        }
        return Future.succeededFuture(ApiResponse.of(response));
    }
}
