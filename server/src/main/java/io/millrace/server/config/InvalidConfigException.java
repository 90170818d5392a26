package io.millrace.server.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used, with everything that is wrong about it. Meant for the user: no stack trace. */
public final class InvalidConfigException extends RuntimeException {

    private final transient List<ConfigProblem> problems;

    InvalidConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** Never empty, in the order in which they were found. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
