package io.millrace.server.config;

import java.util.ArrayList;
import java.util.List;

/** Gathers what is wrong with the values of one section, so that the user sees all of it at once. */
final class Checks {

    private final String section;
    private final List<ConfigProblem> problems = new ArrayList<>();

    Checks(String section) {
        this.section = section;
    }

    Checks range(String name, long value, long min, long max) {
        if (value < min || value > max) {
            problem(name, "must be between " + min + " and " + max + ", but is " + value);
        }
        return this;
    }

    Checks atLeast(String name, long value, long min) {
        if (value < min) {
            problem(name, "must be at least " + min + ", but is " + value);
        }
        return this;
    }

    Checks notBlank(String name, String value) {
        if (value == null || value.isBlank()) {
            problem(name, "must not be empty");
        }
        return this;
    }

    Checks notBlankIfSet(String name, String value) {
        return value == null ? this : notBlank(name, value);
    }

    /** @param namesAndValues names, each before its value, null for one that is not set */
    Checks allOrNone(Object... namesAndValues) {
        boolean any = false;
        for (int i = 1; i < namesAndValues.length; i += 2) {
            any |= namesAndValues[i] != null;
        }
        for (int i = 1; any && i < namesAndValues.length; i += 2) {
            if (namesAndValues[i] == null) {
                problem((String) namesAndValues[i - 1], "must be set, because others of the same group are");
            }
        }
        return this;
    }

    Checks problem(String name, String message) {
        problems.add(ConfigProblem.of(section.isEmpty() ? name : section + "." + name, message));
        return this;
    }

    void done() {
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
    }
}
