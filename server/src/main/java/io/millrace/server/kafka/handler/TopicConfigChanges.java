package io.millrace.server.kafka.handler;

import io.millrace.cluster.metadata.TopicMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/** What changes to settings of a topic come to: additions to lists become the whole list. */
final class TopicConfigChanges {

    private final TopicConfigEntries entries;

    TopicConfigChanges(TopicConfigEntries entries) {
        this.entries = entries;
    }

    /** New values by name; null takes a setting back to its default. */
    Map<String, String> of(TopicMetadata topic, Collection<ConfigChange> changes) {
        Map<String, String> values = new HashMap<>();
        for (ConfigChange change : changes) {
            values.put(
                    change.name(),
                    switch (change.operation()) {
                        case SET -> change.value();
                        case DELETE -> null;
                        case APPEND -> with(list(topic, change.name()), split(change.value()));
                        case SUBTRACT -> without(list(topic, change.name()), split(change.value()));
                    });
        }
        return values;
    }

    private List<String> list(TopicMetadata topic, String name) {
        ConfigEntry entry = entries.of(topic).stream()
                .filter(each -> each.name().equals(name) && each.type() == ConfigType.LIST)
                .findFirst()
                .orElseThrow(() -> Errors.INVALID_CONFIG.exception(
                        "'" + name + "' is not a list: nothing can be appended or subtracted, set it."));
        return split(entry.value());
    }

    private static List<String> split(String list) {
        return Arrays.stream(list.split(","))
                .map(String::trim)
                .filter(each -> !each.isEmpty())
                .toList();
    }

    private static String with(List<String> present, List<String> added) {
        List<String> all = new ArrayList<>(present);
        added.stream().filter(each -> !present.contains(each)).forEach(all::add);
        return String.join(",", all);
    }

    private static String without(List<String> present, List<String> removed) {
        return String.join(
                ",", present.stream().filter(each -> !removed.contains(each)).toList());
    }
}
