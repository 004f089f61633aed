package io.dcd.engine.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dcd.engine.backend.reference.ReferenceBackend;
import io.dcd.engine.graph.Graph;
import io.dcd.engine.lowering.InitialParameters;
import io.dcd.engine.lowering.Lowering;
import io.dcd.engine.operation.ImageNormalization;
import io.dcd.engine.peer.Peer;
import io.dcd.engine.peer.Workload;
import io.dcd.model.network.NetworkOptions;
import io.dcd.model.network.Networks;
import io.dcd.torch.TorchPeer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.junit.jupiter.api.Test;

class PeerProcessTest {
    private static final int SIZE = 16;
    private static final int CLASSES = 3;

    /** What the other process runs: libtorch with the network of the first argument. */
    public static final class Main {
        private Main() {}

        public static void main(String[] arguments) throws IOException {
            BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            try (Peer.Steps steps = new TorchPeer().prepare(workload(arguments[0]), 1)) {
                PeerServer.serve(steps, requests, new PrintWriter(System.out, true, StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void takesTurnsWithAnotherProcess() throws IOException {
        Workload workload = workload("resnet10-dcd");
        try (Benchmark benchmark = new Benchmark(workload, new ReferenceBackend());
                PeerProcess peer = PeerProcess.start(Main.class.getName(), List.of("resnet10-dcd"))) {
            Comparison comparison = Comparison.of(benchmark, peer, WarmUp.of(0), 1);
            assertThat(comparison.stepMilliseconds()).isPositive();
            assertThat(comparison.peerStepMilliseconds()).isPositive();
            // A Java process with libtorch takes more than this by far.
            peer.peakMegabytes().ifPresent(megabytes -> assertThat(megabytes).isBetween(50.0, 100_000.0));
        }
    }

    @Test
    void saysThatTheOtherProcessDidNotStart() {
        assertThatThrownBy(() -> PeerProcess.start(Main.class.getName(), List.of("abacus-static")))
                .isInstanceOf(IOException.class)
                .hasMessage("the peer's process ended before its first step");
    }

    private static Workload workload(String network) {
        NetworkOptions options = NetworkOptions.of(SIZE, CLASSES);
        ComputationGraphConfiguration configuration = Networks.named(network).configuration(options);
        Graph graph = Lowering.ofImages(
                configuration, SIZE, SIZE, ImageNormalization.IMAGENET_MEAN, ImageNormalization.IMAGENET_DEVIATION);
        return new Workload(
                network, graph, InitialParameters.draw(configuration, 1), Workload.Mode.INFER, 2, options.stemStride());
    }
}
