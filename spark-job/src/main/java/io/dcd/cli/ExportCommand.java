package io.dcd.cli;

import io.dcd.data.PreparedData;
import io.dcd.engine.graph.Graph;
import io.dcd.model.onnx.OnnxInput;
import io.dcd.model.onnx.OnnxModel;
import io.dcd.train.checkpoint.CheckpointException;
import io.dcd.vector.Vectors;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dcd export}. */
@Command(
        name = "export",
        description = {
            "Writes a run's network for inference as an ONNX model, its batch normalisations folded into the weights.",
            "",
            "Its input `images` is a float tensor (batch, 3, height, width) that is normalised as torchvision does it, or with --input pixels 8-bit RGB"
                    + " (batch, height, width, 3); its output is `logits` (batch, classes). The batch may have any size."
        })
final class ExportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--onnx",
            required = true,
            paramLabel = "FILE",
            description = "File to write, on this machine; an older one is replaced.")
    private Path file;

    @Option(
            names = "--input",
            paramLabel = "KIND",
            defaultValue = "normalized",
            description = "What the model reads, normalized or pixels.")
    private OnnxInput input;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Prepared data whose class names the model shall carry.")
    private Optional<String> data;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private StoredRunOptions storedRun;

    private record Result(
            String file,
            long bytes,
            int nodes,
            String network,
            int imageSize,
            int classes,
            long step,
            String parametersSha256) {}

    @Override
    public Integer call() throws IOException {
        OutputFile output = new OutputFile("--onnx", file);
        output.requirePossible();
        Configuration hadoop = SparkOptions.hadoopConfiguration();
        StoredRun stored = storedRun.open(hadoop);
        NetworkSpec network = stored.network();
        Graph graph = network.graph();
        float[] parameters = stored.parameters();
        if (parameters.length != graph.parameterElements()) {
            throw new CheckpointException("the checkpoint in %s has %d parameters, the network %s has %d"
                    .formatted(stored.directory(), parameters.length, network.name(), graph.parameterElements()));
        }
        String sha256 = Vectors.sha256(parameters);
        Map<String, String> metadata = new TreeMap<>();
        metadata.put("network", network.name());
        metadata.put("classes", Integer.toString(network.classes()));
        metadata.put("image_size", Integer.toString(network.imageSize()));
        metadata.put("input", input.name().toLowerCase(Locale.ROOT));
        metadata.put("parameters_sha256", sha256);
        data.ifPresent(path -> metadata.put("class_names", classNames(hadoop, path, stored)));
        OnnxModel model = OnnxModel.of(graph, parameters, input, network.name(), metadata);
        byte[] bytes = model.toBytes();
        output.write(bytes);
        print(new Result(
                file.toString(),
                bytes.length,
                model.nodes(),
                network.name(),
                network.imageSize(),
                network.classes(),
                stored.checkpoint().progress().step(),
                sha256));
        return ExitCode.DONE.code();
    }

    /** A line for each class, in the order of the logits: its WordNet id and its words. */
    private static String classNames(Configuration hadoop, String path, StoredRun stored) {
        PreparedData prepared = PreparedData.open(hadoop, SparkOptions.path(hadoop, path));
        stored.requireClassesOf(prepared);
        return prepared.classIndex().classes().stream()
                .map(each -> (each.wnid() + " " + each.words()).strip())
                .collect(Collectors.joining("\n"));
    }

    private void print(Result result) {
        if (json) {
            Json.print(spec, result);
            return;
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s at step %d, %d × %d images, %d classes: %s, %,d bytes%n",
                        result.network(),
                        result.step(),
                        result.imageSize(),
                        result.imageSize(),
                        result.classes(),
                        result.file(),
                        result.bytes());
    }
}
