package io.millrace.server.kafka.handler;

import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.Errors;

/**
 * A change of one setting that can be carried out.
 *
 * @param value null only to delete
 */
record ConfigChange(String name, OpType operation, String value) {

    /** Throws when the change says nothing that could be done. */
    static ConfigChange of(AlterableConfig asked) {
        OpType operation = OpType.forId(asked.configOperation());
        if (operation == null) {
            throw Errors.INVALID_REQUEST.exception(
                    "'" + asked.name() + "': there is no operation " + asked.configOperation() + ".");
        }
        if (operation != OpType.DELETE && asked.value() == null) {
            throw Errors.INVALID_CONFIG.exception("'" + asked.name() + "' has no value: delete it to get the default.");
        }
        return new ConfigChange(asked.name(), operation, asked.value());
    }

    /** The new value of a setting that is no list; null to delete it. */
    String single() {
        if (operation == OpType.APPEND || operation == OpType.SUBTRACT) {
            throw Errors.INVALID_CONFIG.exception(
                    "'" + name + "' is not a list: nothing can be appended or subtracted, set it.");
        }
        return operation == OpType.DELETE ? null : value;
    }
}
