package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.ClusterImage;
import io.millrace.cluster.metadata.Controller;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.ListConfigResourcesResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ListConfigResourcesRequest;

/**
 * Lists what can have settings (KIP-1142): topics, and brokers with their loggers. Version 0 asks for client metrics, which are not
 * kept here, so nothing is listed.
 */
final class ListConfigResourcesHandler implements ApiHandler<ListConfigResourcesRequest> {

    private static final short TYPES_VERSION = 1;

    private final Controller controller;

    ListConfigResourcesHandler(Controller controller) {
        this.controller = controller;
    }

    @Override
    public ApiKeys apiKey() {
        return ApiKeys.LIST_CONFIG_RESOURCES;
    }

    @Override
    public short minVersion() {
        return 0;
    }

    @Override
    public short maxVersion() {
        return 1;
    }

    @Override
    public Future<ApiResponse> handle(ApiRequest<ListConfigResourcesRequest> request) {
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        if (request.version() >= TYPES_VERSION) {
            Set<Byte> supported = request.body().supportedResourceTypes();
            List<Byte> asked = request.body().data().resourceTypes();
            ClusterImage image = controller.image();
            for (byte type : new TreeSet<>(asked.isEmpty() ? supported : asked)) {
                if (!supported.contains(type)) {
                    throw Errors.UNSUPPORTED_VERSION.exception("There is no resource type " + type + ".");
                }
                names(image, ConfigResource.Type.forId(type))
                        .forEach(name -> response.configResources()
                                .add(new ListConfigResourcesResponseData.ConfigResource()
                                        .setResourceType(type)
                                        .setResourceName(name)));
            }
        }
        return Future.succeededFuture(ApiResponse.of(response));
    }

    private static Collection<String> names(ClusterImage image, ConfigResource.Type type) {
        return switch (type) {
            case TOPIC -> new TreeSet<>(image.topics().keySet());
            case BROKER, BROKER_LOGGER ->
                image.brokers().keySet().stream().sorted().map(String::valueOf).toList();
            case GROUP -> new TreeSet<>(image.committed().ofGroups().keySet());
            default -> List.of();
        };
    }
}
