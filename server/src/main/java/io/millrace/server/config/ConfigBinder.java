package io.millrace.server.config;

import io.millrace.cluster.group.GroupsConfig;
import java.lang.reflect.RecordComponent;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns texts into the records. A value of the wrong type is reported and replaced by its default, so that the checks of the
 * same section still run and report the rest.
 */
final class ConfigBinder {

    private final ConfigSchema schema;
    private final Map<String, ConfigValue> values;
    private final List<ConfigProblem> problems;

    ConfigBinder(ConfigSchema schema, Map<String, ConfigValue> values, List<ConfigProblem> problems) {
        this.schema = schema;
        this.values = values;
        this.problems = problems;
    }

    /** The records, or null when a section is not valid; then {@code problems} says why. */
    MillraceConfig bind() {
        RecordComponent[] sections = MillraceConfig.class.getRecordComponents();
        Object[] bound = Arrays.stream(sections)
                .map(section -> bindGroup(section.getName(), section.getType()))
                .toArray();
        if (Arrays.asList(bound).contains(null)) {
            return null;
        }
        return (MillraceConfig) newRecord(MillraceConfig.class, bound);
    }

    private Object bindGroup(String name, Class<?> type) {
        Object[] components = Arrays.stream(type.getRecordComponents())
                .map(component -> component.getType().isRecord()
                        ? bindGroup(name + "." + component.getName(), component.getType())
                        : bindComponent(name + "." + component.getName()))
                .toArray();
        return newRecord(type, components);
    }

    private Object bindComponent(String name) {
        ConfigKey key = schema.keys().get(name);
        if (key.type() == Map.class) {
            return bindEntries(name + ".");
        }
        ConfigValue value = values.get(name);
        if (value == null) {
            return key.defaultValue();
        }
        if (key.type() == List.class) {
            return value.text() == null
                    ? List.of()
                    : List.of(value.text().trim().split("\\s*,\\s*"));
        }
        if (value.list()) {
            problem(key, "takes one value, not a list", value);
            return key.defaultValue();
        }
        if (value.text() == null) {
            if (key.defaultValue() != null) {
                problem(key, "must not be empty; remove the line to get the default " + key.defaultValue(), value);
            }
            return key.defaultValue();
        }
        return convert(key, value);
    }

    private Map<String, String> bindEntries(String prefix) {
        Map<String, String> entries = new HashMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(prefix) && value.text() != null) {
                entries.put(name.substring(prefix.length()), value.text());
            }
        });
        return entries;
    }

    private Object convert(ConfigKey key, ConfigValue value) {
        String text = value.text();
        Class<?> type = key.type();
        try {
            if (type == String.class) {
                return text;
            } else if (type == int.class) {
                return Integer.parseInt(text);
            } else if (type == long.class) {
                return Long.parseLong(text);
            } else if (type == Path.class) {
                return Path.of(text);
            } else if (type == boolean.class && (text.equals("true") || text.equals("false"))) {
                return Boolean.parseBoolean(text);
            } else if (type.isEnum()) {
                return Arrays.stream(type.getEnumConstants())
                        .filter(constant -> nameOf(constant).equals(text))
                        .findFirst()
                        .orElseThrow(IllegalArgumentException::new);
            }
            throw new IllegalArgumentException();
        } catch (InvalidPathException e) {
            problem(key, "'" + text + "' is not a path: " + e.getReason(), value);
        } catch (IllegalArgumentException e) {
            problem(key, "must be " + allowed(type) + ", but is '" + text + "'", value);
        }
        return key.defaultValue();
    }

    private static String allowed(Class<?> type) {
        if (type == int.class) {
            return "a whole number up to " + Integer.MAX_VALUE;
        } else if (type == long.class) {
            return "a whole number";
        } else if (type == boolean.class) {
            return "true or false";
        }
        return Arrays.stream(type.getEnumConstants()).map(ConfigBinder::nameOf).collect(Collectors.joining(" or "));
    }

    private static String nameOf(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT);
    }

    private Object newRecord(Class<?> type, Object[] components) {
        try {
            Object record = Reflection.newRecord(type, components);
            if (record instanceof GroupsConfig groups) {
                // The record of another module, which does not check itself.
                GroupChecks.check(groups);
            }
            return record;
        } catch (InvalidConfigException e) {
            e.problems().forEach(problem -> problems.add(problem.from(originOf(problem.key()))));
            return null;
        }
    }

    private String originOf(String key) {
        ConfigValue value = values.get(key);
        return value == null ? null : value.origin();
    }

    private void problem(ConfigKey key, String message, ConfigValue value) {
        problems.add(new ConfigProblem(key.name(), message, value.origin()));
    }
}
