package io.dcd.cli;

import io.dcd.engine.backend.Backend;
import io.dcd.engine.backend.Backends;
import io.dcd.engine.bench.Benchmark;
import io.dcd.engine.bench.BenchmarkResult;
import io.dcd.engine.bench.Comparison;
import io.dcd.engine.bench.PeerProcess;
import io.dcd.engine.bench.PeerServer;
import io.dcd.engine.bench.ProcessMemory;
import io.dcd.engine.bench.WarmUp;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.peer.Peer;
import io.dcd.engine.peer.Workload;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dcd bench}: how fast a network runs here. */
@Command(
        name = "bench",
        description = {
            "Measures how fast a network trains or predicts on this machine, on random images.",
            "",
            "--peer alternates with the same network in libtorch, which runs in a process of its own, and prints the ratios of time and memory; build with 'mvn -Ppeer package' for it."
        })
final class BenchCommand implements Callable<Integer> {
    private static final long SEED = 1;
    private static final String AS_PEER = "--as-peer";

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NETWORK", description = "A name that 'dcd networks' lists.")
    private String network;

    @Option(names = "--mode", defaultValue = "train", description = "What to measure: ${COMPLETION-CANDIDATES}.")
    private Workload.Mode mode;

    @Option(names = "--batch", defaultValue = "32", description = "The number of images of a step.")
    private int batch;

    @Option(
            names = "--backend",
            defaultValue = Backends.AUTO,
            description = "What computes: auto, onednn or reference.")
    private String backend;

    @Option(names = "--threads", description = "The number of threads; by default one for each processor.")
    private Optional<Integer> threads;

    @Option(
            names = "--warmups",
            description =
                    "Steps before the measurement begins; by default at least five, and as many as five seconds take.")
    private Optional<Integer> warmups;

    @Option(names = "--repeats", defaultValue = "20", description = "Measured steps; the median counts.")
    private int repeats;

    @Option(names = "--profile", description = "Tell what every operation costs.")
    private boolean profile;

    @Option(names = "--peer", description = "Measure libtorch too, taking turns.")
    private boolean peer;

    @Option(names = AS_PEER, hidden = true, description = "Run libtorch alone, for another bench command that asks.")
    private boolean asPeer;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Mixin
    private ShapeOptions shape;

    @Override
    public Integer call() throws IOException {
        check("--batch", batch, 1);
        warmups.ifPresent(steps -> check("--warmups", steps, 0));
        check("--repeats", repeats, 1);
        int threadCount = threads.orElse(Runtime.getRuntime().availableProcessors());
        check("--threads", threadCount, 1);
        NetworkOptions options = shape.options();
        Workload workload = workload(options);
        if (asPeer) {
            serve(workload, threadCount);
            return ExitCode.DONE.code();
        }
        Backend chosen = backend(threadCount);
        BenchReport report = measure(workload, options, chosen, threadCount);
        if (json) {
            Json.print(spec, report);
        } else {
            report.print(spec.commandLine().getOut());
        }
        return ExitCode.DONE.code();
    }

    private BenchReport measure(Workload workload, NetworkOptions options, Backend chosen, int threadCount)
            throws IOException {
        WarmUp warmUp = warmups.map(WarmUp::of).orElse(WarmUp.LONG_ENOUGH);
        BenchmarkResult result;
        double milliseconds;
        BenchReport.Peer peerReport = null;
        try (Benchmark benchmark = new Benchmark(workload, chosen)) {
            result = benchmark.run(warmUp, repeats, profile);
            milliseconds = result.stepMilliseconds();
            if (peer) {
                try (PeerProcess process = startPeer()) {
                    Comparison comparison = Comparison.of(benchmark, process, warmUp, repeats);
                    milliseconds = comparison.stepMilliseconds();
                    peerReport = peerReport(comparison, process);
                }
            }
        }
        return new BenchReport(
                network,
                mode.name().toLowerCase(Locale.ROOT),
                batch,
                options.imageSize(),
                options.stemStride(),
                chosen.name(),
                threadCount,
                milliseconds,
                batch * 1e3 / milliseconds,
                result.arenaBytes() / 1e6,
                peakResidentMegabytes(),
                peerReport,
                result.profile());
    }

    private PeerProcess startPeer() throws IOException {
        peer(); // if there is none, the process need not be asked
        List<String> arguments =
                new ArrayList<>(spec.commandLine().getParseResult().originalArgs());
        arguments.add(AS_PEER);
        return PeerProcess.start(Dcd.class.getName(), arguments);
    }

    private BenchReport.Peer peerReport(Comparison comparison, PeerProcess process) {
        double milliseconds = comparison.peerStepMilliseconds();
        OptionalDouble resident = process.peakMegabytes();
        Double ours = peakResidentMegabytes();
        return new BenchReport.Peer(
                peer().name(),
                milliseconds,
                batch * 1e3 / milliseconds,
                comparison.ratio(),
                resident.isPresent() ? resident.getAsDouble() : null,
                resident.isPresent() && ours != null ? ours / resident.getAsDouble() : null);
    }

    /** Runs libtorch's steps as the process asks that started this one. */
    private void serve(Workload workload, int threadCount) throws IOException {
        BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (Peer.Steps steps = peer().prepare(workload, threadCount)) {
            PeerServer.serve(steps, requests, spec.commandLine().getOut());
        } catch (UnsupportedOperationException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static Peer peer() {
        return Peer.find()
                .orElseThrow(() -> new UsageException(
                        "libtorch is not on the class path: build with 'mvn -Ppeer -DskipTests package'"));
    }

    private Workload workload(NetworkOptions options) {
        try {
            ComputationGraphConfiguration configuration =
                    Networks.named(network).configuration(options);
            Graph graph = Lowering.ofImages(
                    configuration,
                    options.imageSize(),
                    options.imageSize(),
                    ImageNormalization.IMAGENET_MEAN,
                    ImageNormalization.IMAGENET_DEVIATION);
            float[] parameters = InitialParameters.draw(configuration, SEED);
            return new Workload(network, graph, parameters, mode, batch, options.stemStride());
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private Backend backend(int threadCount) {
        try {
            return Backends.select(backend, threadCount);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static Double peakResidentMegabytes() {
        OptionalDouble peak = ProcessMemory.peakMegabytes();
        return peak.isPresent() ? peak.getAsDouble() : null;
    }

    private static void check(String option, int value, int least) {
        if (value < least) {
            throw new UsageException("%s must be at least %d, got %d".formatted(option, least, value));
        }
    }
}
