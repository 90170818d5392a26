package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.BrokerMetadata;
import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.vertx.core.Future;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeClusterRequest;

/** Lists the brokers (KIP-700). Fenced brokers (KIP-1073) are not in the image and so never listed. */
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
                .setClusterId(TopicIds.toKafka(image.clusterId()).toString())
                .setControllerId(image.controllerId());
        for (BrokerMetadata broker : image.liveBrokers()) {
            response.brokers()
                    .add(new DescribeClusterBroker()
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
