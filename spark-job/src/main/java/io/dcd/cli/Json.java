package io.dcd.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.dcd.train.RunJson;
import picocli.CommandLine.Model.CommandSpec;

/** Results as JSON on standard output; a record's {@code parametersSha256} is {@code parameters_sha256} there. */
final class Json {
    private Json() {}

    static void print(CommandSpec command, Object result) {
        try {
            command.commandLine()
                    .getOut()
                    .println(RunJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(result));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
