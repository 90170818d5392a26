package io.millrace.server.kafka.handler;

import java.util.List;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * One setting as DescribeConfigs and CreateTopics tell it.
 *
 * @param name Kafka's name
 * @param value the effective value
 * @param readOnly whether it can only be changed in the configuration file
 * @param source where the effective value comes from
 * @param type kind of value
 * @param documentation what it does
 * @param synonyms every place that sets it, the effective one first
 */
record ConfigEntry(
        String name,
        String value,
        boolean readOnly,
        ConfigSource source,
        ConfigType type,
        String documentation,
        List<Synonym> synonyms) {

    /** A place that sets a value. */
    record Synonym(String name, String value, ConfigSource source) {}

    /** An entry whose first synonym is effective. */
    static ConfigEntry of(
            String name, boolean readOnly, ConfigType type, String documentation, List<Synonym> synonyms) {
        Synonym effective = synonyms.get(0);
        return new ConfigEntry(name, effective.value(), readOnly, effective.source(), type, documentation, synonyms);
    }
}
