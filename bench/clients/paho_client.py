# Runs one lane with paho-mqtt, 1.6 or 2.x: see lane.mjs.

import json
import resource
import sys
import threading
import time

import paho.mqtt.client as mqtt

lane = json.loads(sys.argv[1])
qos, count = lane["qos"], lane["count"]
payload = (b"0123456789abcdef" * 256)[: lane["size"]]
topics = ["bench/topic/%d" % number for number in range(lane["topics"])]
warm_up = count // 5
WINDOW = 1000

if hasattr(mqtt, "CallbackAPIVersion"):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=lane["version"])
else:
    client = mqtt.Client(protocol=lane["version"])
client.max_inflight_messages_set(WINDOW)
connected = threading.Event()
client.on_connect = lambda *args: connected.set()


class Meter:
    def __init__(self):
        self.began = time.perf_counter()
        self.usage = resource.getrusage(resource.RUSAGE_SELF)

    def tell(self):
        usage = resource.getrusage(resource.RUSAGE_SELF)
        cpu = usage.ru_utime + usage.ru_stime - self.usage.ru_utime - self.usage.ru_stime
        messages = count - warm_up
        seconds = time.perf_counter() - self.began
        print(json.dumps({"cpu_us": cpu * 1e6 / messages, "rate": messages / seconds}))


done = threading.Event()
if lane["action"] == "receive":
    state = {"came": 0, "meter": None}

    def on_message(client, userdata, message):
        state["came"] += 1
        if state["came"] == warm_up:
            state["meter"] = Meter()
        if state["came"] == count:
            done.set()

    client.on_message = on_message
    client.connect("127.0.0.1", lane["port"], 600)
    client.loop_start()
    connected.wait()
    client.subscribe("flood/%d/%d/%d/%d" % (qos, lane["size"], count, lane["topics"]), qos)
    done.wait()
    state["meter"].tell()
else:
    client.connect("127.0.0.1", lane["port"], 600)
    client.loop_start()
    connected.wait()
    room = threading.Semaphore(WINDOW)
    if qos > 0:
        client.on_publish = lambda *args: room.release()
    else:
        client.on_message = lambda *args: done.set()
    meter = None
    for number in range(count):
        if number == warm_up:
            meter = Meter()
        if qos > 0:
            room.acquire()
        client.publish(topics[number % len(topics)], payload, qos)
    if qos == 0:
        client.publish("!", "")
        done.wait()
    else:
        for _ in range(WINDOW):
            room.acquire()
    meter.tell()
