package io.millrace.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the configuration: defaults, then the file, then the environment, then {@code --set}; what comes later wins. Everything
 * that is wrong is gathered and reported together.
 */
public final class ConfigLoader {

    private static final String PREFIX = "MILLRACE_";

    /** Kubernetes puts these into every container beside a service that is called {@code millrace}; they set nothing. */
    private static final Pattern SERVICE_LINK = Pattern.compile("MILLRACE_(SERVICE_(HOST|PORT).*|PORT(_\\d+_.*)?)");

    private final ConfigSchema schema = new ConfigSchema();
    private final KeySuggestion suggestion = new KeySuggestion(schema);
    private final Map<String, ConfigValue> values = new LinkedHashMap<>();
    private final List<ConfigProblem> problems = new ArrayList<>();

    private ConfigLoader() {}

    /**
     * Loads a configuration.
     *
     * @param file a YAML file, or null for none
     * @param environment the environment of the process
     * @param overrides {@code key=value}, as given with {@code --set}
     * @throws InvalidConfigException with every problem that was found
     */
    public static MillraceConfig load(Path file, Map<String, String> environment, List<String> overrides) {
        return load(List.of(), file, environment, overrides);
    }

    /**
     * Loads a configuration for a command that has defaults of its own.
     *
     * @param presets {@code key=value}, where neither file nor environment nor overrides say otherwise
     */
    public static MillraceConfig load(
            List<String> presets, Path file, Map<String, String> environment, List<String> overrides) {
        ConfigLoader loader = new ConfigLoader();
        presets.forEach(loader::setFromFlag);
        if (file != null) {
            ConfigFile.read(file, loader.problems).forEach(loader::set);
        }
        environment.forEach(loader::setFromEnvironment);
        overrides.forEach(loader::setFromFlag);
        return loader.bind();
    }

    private void set(String key, ConfigValue value) {
        if (schema.isKnown(key)) {
            values.put(key, value);
        } else if (!schema.isGroup(key)) {
            problems.add(new ConfigProblem(key, "there is no such key" + suggestion.forKey(key), value.origin()));
        } else if (value.text() != null) {
            problems.add(new ConfigProblem(key, "is a group of keys and takes no value itself", value.origin()));
        }
    }

    private void setFromEnvironment(String variable, String text) {
        if (!variable.startsWith(PREFIX) || SERVICE_LINK.matcher(variable).matches()) {
            return;
        }
        String origin = "environment " + variable;
        schema.byEnvironmentName(variable)
                .ifPresentOrElse(
                        key -> set(key.name(), ConfigValue.single(text, origin)),
                        () -> problems.add(new ConfigProblem(
                                null,
                                "no key belongs to this variable" + suggestion.forEnvironment(variable),
                                origin)));
    }

    private void setFromFlag(String flag) {
        String origin = "--set " + flag;
        int equals = flag.indexOf('=');
        if (equals < 1) {
            problems.add(new ConfigProblem(null, "--set takes key=value, for example --set kafka.port=19092", origin));
            return;
        }
        String text = flag.substring(equals + 1).trim();
        set(flag.substring(0, equals).trim(), ConfigValue.single(text, origin));
    }

    private MillraceConfig bind() {
        MillraceConfig config = new ConfigBinder(schema, values, problems).bind();
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
        return config;
    }
}
