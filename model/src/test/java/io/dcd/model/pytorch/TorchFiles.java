package io.dcd.model.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Writes files as {@code torch.save} does, from the description of its two forms. */
final class TorchFiles {
    private TorchFiles() {}

    /** The zip form of a state dictionary. */
    static byte[] zip(Map<String, Tensor> state) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", stateDictionary(Pickle.protocol2().op('}'), state));
        int key = 0;
        for (Tensor tensor : state.values()) {
            entries.put("archive/data/" + key++, bytes(tensor));
        }
        entries.put("archive/version", new byte[] {'3', '\n'});
        return zipEntries(entries);
    }

    /** A zip archive of entries stored as they are. */
    static byte[] zipEntries(Map<String, byte[]> entries) {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            zip.setMethod(ZipOutputStream.STORED);
            for (Map.Entry<String, byte[]> each : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(each.getKey());
                CRC32 sum = new CRC32();
                sum.update(each.getValue());
                entry.setSize(each.getValue().length);
                entry.setCrc(sum.getValue());
                zip.putNextEntry(entry);
                zip.write(each.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    /** The form before PyTorch 1.6 of a state dictionary. */
    static byte[] legacy(Map<String, Tensor> state) {
        Pickle ordered = Pickle.protocol2().global("collections", "OrderedDict").op(')', 'R');
        List<byte[]> storages = state.values().stream().map(TorchFiles::bytes).toList();
        List<Long> elements = state.values().stream().map(Tensor::numel).toList();
        return legacy(stateDictionary(ordered, state), storages, elements);
    }

    /** The same around any pickle; storages have the keys 0, 1 and so on. */
    static byte[] legacy(byte[] pickle, List<byte[]> storages, List<Long> elements) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(legacyHead());
        file.writeBytes(pickle);
        Pickle keys = Pickle.protocol2().op(']');
        for (int i = 0; i < storages.size(); i++) {
            keys.text(String.valueOf(i)).op('a');
        }
        file.writeBytes(keys.stop());
        for (int i = 0; i < storages.size(); i++) {
            file.writeBytes(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(elements.get(i))
                    .array());
            file.writeBytes(storages.get(i));
        }
        return file.toByteArray();
    }

    /** Magic number, protocol and machine. */
    static byte[] legacyHead() {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.writeBytes(Pickle.protocol2()
                .op(0x8A)
                .bytes(10, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19)
                .stop());
        head.writeBytes(Pickle.protocol2().integer(1001).stop());
        head.writeBytes(
                Pickle.protocol2().op('}').text("little_endian").op(0x88, 's').stop());
        return head.toByteArray();
    }

    /** Fills the dictionary on top of the stack of {@code pickle}. */
    private static byte[] stateDictionary(Pickle pickle, Map<String, Tensor> state) {
        pickle.op('(');
        int key = 0;
        for (Map.Entry<String, Tensor> each : state.entrySet()) {
            tensor(pickle.text(each.getKey()), each.getValue(), key++);
        }
        return pickle.op('u').stop();
    }

    private static void tensor(Pickle pickle, Tensor tensor, int key) {
        pickle.global("torch._utils", "_rebuild_tensor_v2").op('(');
        pickle.op('(')
                .text("storage")
                .global("torch", storageClass(tensor))
                .text(String.valueOf(key))
                .text("cpu")
                .integer((int) tensor.numel())
                .op('t', 'Q');
        pickle.integer(0).op('(');
        List<Integer> strides = new ArrayList<>();
        for (int i = 0; i < tensor.dim(); i++) {
            pickle.integer((int) tensor.size(i));
            strides.add((int) tensor.stride(i));
        }
        pickle.op('t', '(');
        strides.forEach(pickle::integer);
        pickle.op('t', 0x89).global("collections", "OrderedDict").op(')', 'R', 't', 'R');
    }

    private static String storageClass(Tensor tensor) {
        return switch (tensor.scalar_type().intern()) {
            case Float -> "FloatStorage";
            case Half -> "HalfStorage";
            case Long -> "LongStorage";
            default -> throw new IllegalArgumentException(String.valueOf(tensor.scalar_type()));
        };
    }

    /** The numbers of a contiguous tensor. */
    private static byte[] bytes(Tensor tensor) {
        byte[] bytes = new byte[Math.toIntExact(tensor.nbytes())];
        new BytePointer(tensor.data_ptr()).capacity(bytes.length).get(bytes);
        return bytes;
    }

    /** What libtorch writes for the file {@code written}, which it reads first. */
    static byte[] rewrittenByLibtorch(byte[] written) {
        return torch.pickle_save(torch.pickle_load(new org.bytedeco.pytorch.ByteVector(written)))
                .get();
    }
}
