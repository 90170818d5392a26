package io.millrace.server.config;

import io.millrace.cluster.metadata.NearestName;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What an unknown key was probably meant to be, as the end of a sentence. */
final class KeySuggestion {

    private static final String REFERENCE = "; conf/reference.yaml lists all keys";

    private final List<ConfigKey> keys;

    KeySuggestion(ConfigSchema schema) {
        this.keys = schema.keys().values().stream()
                .filter(key -> key.type() != Map.class)
                .toList();
    }

    String forKey(String key) {
        Optional<String> near =
                NearestName.of(key, keys.stream().map(ConfigKey::name).toList());
        return near.or(() -> sameLastName(key)).map(KeySuggestion::didYouMean).orElse(REFERENCE);
    }

    String forEnvironment(String variable) {
        return NearestName.of(
                        variable, keys.stream().map(ConfigKey::environmentName).toList())
                .map(KeySuggestion::didYouMean)
                .orElse(REFERENCE);
    }

    /** {@code dataDir} or {@code storage.data_dir} for {@code node.dataDir}. */
    private Optional<String> sameLastName(String key) {
        String last = lastName(key);
        return keys.stream()
                .map(ConfigKey::name)
                .filter(name -> lastName(name).equals(last))
                .min(Comparator.comparingInt(String::length));
    }

    private static String lastName(String key) {
        return key.substring(key.lastIndexOf('.') + 1).replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
    }

    private static String didYouMean(String name) {
        return "; did you mean " + name + "?";
    }
}
