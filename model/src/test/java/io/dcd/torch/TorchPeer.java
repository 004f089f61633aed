package io.dcd.torch;

import io.dcd.engine.graph.Graph;
import io.dcd.engine.graph.Parameter;
import io.dcd.engine.graph.Shape;
import io.dcd.engine.peer.Peer;
import io.dcd.engine.peer.Workload;
import io.dcd.engine.plan.Trainer;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** libtorch, with images in its faster memory format on CPUs, channels last. */
public final class TorchPeer implements Peer {
    @Override
    public String name() {
        return "libtorch";
    }

    @Override
    public Steps prepare(Workload workload, int threads) {
        torch.set_num_threads(threads);
        TorchNetwork network = TorchNetworks.named(workload.network(), workload.stemStride());
        return new TorchSteps(workload, network);
    }

    @Override
    public Trainer trainer(Workload workload, Predicate<Parameter> decays, int threads) {
        torch.set_num_threads(threads);
        return new TorchTrainer(workload, decays);
    }

    private static final class TorchSteps implements Steps {
        private final TorchNetwork network;
        private final Tensor images;
        private final TorchParameters parameters;
        private final Runnable step;

        TorchSteps(Workload workload, TorchNetwork network) {
            this.network = network;
            Graph graph = workload.graph();
            Shape shape = graph.operations().get(0).output().shape();
            images = torch.randn(new long[] {workload.batch(), 3, shape.height(), shape.width()})
                    .contiguous(torch.MemoryFormat.ChannelsLast);
            parameters = new TorchParameters(graph, workload.parameters(), torch.ScalarType.Float);
            step = workload.mode() == Workload.Mode.TRAIN ? training(workload) : this::infer;
        }

        private Runnable training(Workload workload) {
            int classes = workload.graph().output().shape().elements();
            Tensor labels = torch.tensor(LongStream.range(0, workload.batch())
                    .map(n -> n * 37 % classes)
                    .toArray());
            SGDOptions options = new SGDOptions(1e-4);
            options.momentum().put(0.9);
            options.weight_decay().put(2e-5);
            SGD optimizer = new SGD(parameters.trainable(), options);
            return () -> {
                optimizer.zero_grad();
                // As in Python, nothing but what the backward pass needs is left when it begins.
                Tensor loss = TensorScope.keepingResult(
                        () -> torch.cross_entropy(network.forward(new TorchLayers(parameters, true), images), labels));
                loss.backward();
                optimizer.step();
            };
        }

        private void infer() {
            NoGradGuard withoutGradients = new NoGradGuard();
            try {
                network.forward(new TorchLayers(parameters, false), images);
            } finally {
                withoutGradients.close();
            }
        }

        @Override
        public void run() {
            PointerScope temporaries = new PointerScope();
            try {
                step.run();
            } finally {
                temporaries.close();
            }
        }

        @Override
        public void close() {
            images.close();
            parameters.close();
        }
    }
}
