package io.dcd.cli;

import io.dcd.model.pytorch.ImportedNetwork;
import io.dcd.model.pytorch.NetworkImport;
import io.dcd.model.pytorch.TorchCheckpoint;
import io.dcd.settings.Settings;
import io.dcd.settings.SettingsLoader;
import io.dcd.train.ImportRecord;
import io.dcd.train.RunDirectory;
import io.dcd.vector.Vectors;
import io.dcd.worker.NetworkSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dcd import}. */
@Command(
        name = "import",
        description = {
            "Begins a run with the weights of a PyTorch checkpoint: of DCD's published code, or of torchvision for static networks.",
            "",
            "`dcd evaluate` and `dcd train` take the run from there. Both forms of torch.save are read, as data: nothing in the file is executed."
                    + " The file's classifier decides the number of classes.",
            ""
        })
final class ImportCommand implements Callable<Integer> {
    /** Of the first convolution in PyTorch's networks, whatever the size of the images. */
    private static final int STEM_STRIDE = 2;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--pth",
            required = true,
            paramLabel = "FILE",
            description = "File that torch.save wrote (.pth, .pth.tar, .pt), on this machine.")
    private Path file;

    @Option(
            names = "--network",
            required = true,
            paramLabel = "NAME",
            description =
                    "The network in the file, as `dcd networks` lists them: mobilenetv2-x1.0-dcd, resnet50-dcd, ….")
    private String network;

    @Option(names = "--run", required = true, paramLabel = "DIR", description = "Run directory to begin.")
    private String run;

    @Option(names = "--json", description = "Print the result as JSON.")
    private boolean json;

    @Mixin
    private SettingsOptions settingsOptions;

    @Mixin
    private SparkOptions sparkOptions;

    @Override
    public Integer call() throws IOException {
        Configuration hadoop = sparkOptions.hadoopConfiguration();
        RunDirectory directory = RunDirectory.at(hadoop, SparkOptions.path(hadoop, run));
        Settings settings = settings();
        ImportedNetwork imported;
        try (TorchCheckpoint checkpoint = TorchCheckpoint.open(file)) {
            imported = NetworkImport.read(checkpoint, network, classes -> NetworkSpec.of(
                            settings.network(), settings.data().imageSize(), classes)
                    .graph());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
        ImportRecord origin = new ImportRecord(
                network,
                imported.classes(),
                file.getFileName().toString(),
                sha256(file),
                imported.tensors(),
                imported.counters(),
                imported.parameters().length,
                Vectors.sha256(Vectors.toBytes(imported.parameters())));
        directory.begin(settings, imported.parameters(), origin);
        print(origin, directory);
        return ExitCode.DONE.code();
    }

    private Settings settings() {
        Settings settings = settingsOptions
                .applyTo(new SettingsLoader())
                .value("network.name", network)
                .load();
        return settings.network().stemStride() == 0 ? settings.with("network.stem-stride", STEM_STRIDE) : settings;
    }

    private void print(ImportRecord origin, RunDirectory directory) {
        if (json) {
            Json.print(spec, origin);
            return;
        }
        spec.commandLine()
                .getOut()
                .printf(
                        Locale.ROOT,
                        "%s of %d classes: %d tensors (%d counters left out), %,d parameters and statistics; %s%n",
                        origin.network(),
                        origin.classes(),
                        origin.tensors(),
                        origin.ignoredCounters(),
                        origin.parameters(),
                        directory.path());
    }

    private static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
